package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.tools.Comparison.Both;

@ExtendWith(SharedBroker.class)
final class TopicsComparisonIT {
  private static final String TOPIC_ID = "TopicId: \\S+";

  @Test
  void createsDescribesAltersAndDeletes(Both both) throws Exception {
    String topic = "life-SIDE";
    both.ask("topics", "--create", "--topic", topic, "--partitions", "2", "--config")
        .same(); // the argument of --config is missing
    both.ask(
            "topics",
            "--create",
            "--topic",
            topic,
            "--partitions=2",
            "--replication-factor=1",
            "--config",
            "retention.ms=5000",
            "--config",
            "cleanup.policy = compact")
        .same();
    both.ask("topics", "--create", "--topic", topic).same();
    both.ask("topics", "--create", "--topic", topic, "--if-not-exists").same();
    Outcome described =
        both.ask("topics", "--describe", "--topic", topic)
            .replacing(TOPIC_ID, "TopicId: X")
            .eventually()
            .same();
    assertThat(described.out()).contains("PartitionCount: 2").contains("\tPartition: 1\t");
    both.ask("topics", "--alter", "--topic", topic, "--partitions", "3").same();
    both.ask("topics", "--alter", "--topic", topic, "--partitions", "3").same();
    both.ask("topics", "--describe", "--topic", topic)
        .replacing(TOPIC_ID, "TopicId: X")
        .eventually()
        .same();
    both.ask("topics", "--describe", "--topic", topic, "--topics-with-overrides")
        .replacing(TOPIC_ID, "TopicId: X")
        .eventually()
        .same();
    for (String filter :
        new String[] {
          "--under-replicated-partitions",
          "--unavailable-partitions",
          "--under-min-isr-partitions",
          "--at-min-isr-partitions"
        }) {
      both.ask("topics", "--describe", "--topic", topic, filter).eventually().same();
    }
    both.ask("topics", "--list", "--topic", topic).eventually().same();
    both.ask("topics", "--delete", "--topic", topic).same();
    both.ask("topics", "--delete", "--topic", topic).eventually().same();
    both.ask("topics", "--delete", "--topic", topic, "--if-exists").same();
  }

  @Test
  void placesReplicas(Both both) throws Exception {
    String topic = "placed-SIDE";
    both.ask("topics", "--create", "--topic", topic, "--replica-assignment", "1,1").same();
    both.ask(
            "topics",
            "--alter",
            "--topic",
            topic,
            "--partitions",
            "3",
            "--replica-assignment",
            "1,1,1")
        .same();
    both.ask("topics", "--describe", "--topic", topic)
        .replacing(TOPIC_ID, "TopicId: X")
        .eventually()
        .same();
    both.ask("topics", "--create", "--topic", "p-SIDE", "--replica-assignment", "1:1").same();
    both.ask("topics", "--create", "--topic", "p-SIDE", "--replica-assignment", "1,2:1").same();
    both.ask("topics", "--create", "--topic", "p-SIDE", "--replica-assignment", "77").same();
  }

  @Test
  void warnsOfNamesThatCollideInMetrics(Both both) throws Exception {
    both.ask("topics", "--create", "--topic", "collides.a_SIDE").same();
    both.ask("topics", "--list", "--topic", "'collides.a_SIDE', nothing").eventually().same();
    both.ask("topics", "--list", "--topic", "collides.a_(SI").eventually().same();
  }

  @Test
  void listsAndDescribesAll(Both both) throws Exception {
    for (String topic : new String[] {"listed-b", "listed-a", "listed-c"}) {
      both.ask("topics", "--create", "--if-not-exists", "--topic", topic)
          .replacing("Created .*\n", "")
          .same();
    }
    both.ask("topics", "--list", "--topic", "listed.*").eventually().same();
    both.ask("topics", "--list").inAnyOrder().eventually().same();
    both.ask("topics", "--list", "--exclude-internal").inAnyOrder().eventually().same();
    // In the order in which the broker's answer holds the settings, which is left to chance.
    both.ask("topics", "--describe")
        .replacing("Configs: .*", "")
        .replacing(TOPIC_ID, "TopicId: X")
        .inAnyOrder()
        .eventually()
        .same();
    both.ask("topics", "--describe", "--exclude-internal")
        .replacing("Configs: .*", "")
        .replacing(TOPIC_ID, "TopicId: X")
        .inAnyOrder()
        .eventually()
        .same();
    both.ask("topics", "--describe", "--partition-size-limit-per-response", "1")
        .replacing("Configs: .*", "")
        .replacing(TOPIC_ID, "TopicId: X")
        .inAnyOrder()
        .eventually()
        .same();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--create --topic bad!name",
        "--create --topic x-SIDE --partitions 0",
        "--create --topic x-SIDE --partitions many",
        "--create --topic x-SIDE --replication-factor 0",
        "--create --topic x-SIDE --replication-factor 3",
        "--create --topic x-SIDE --config nonsense=1",
        "--create --topic x-SIDE --config retention.ms",
        "--create --topic x-SIDE --topic y-SIDE",
        "--create",
        "--create --topic x-SIDE --replica-assignment 1 --partitions 1",
        "--create --topic x-SIDE --if-exists",
        "--alter --topic x-SIDE",
        "--alter --topic nowhere --partitions 3",
        "--alter --topic nowhere --partitions 3 --if-exists",
        "--describe --topic nowhere",
        "--describe --topic nowhere --if-exists",
        "--describe --if-exists",
        "--describe --topic-id AAAAAAAAAAAAAAAAAAAAZQ",
        "--describe --under-replicated-partitions --topics-with-overrides",
        "--describe --partitions 3",
        "--list --replication-factor 1",
        "--list --unavailable-partitions",
        "--list --if-not-exists",
        "--delete --exclude-internal --topic nowhere",
        "--list --create",
        "--list --bogus",
        "--list -xyz",
        "--list --delete-config retention.ms --topic nowhere",
        "--list --topic nowhere -- --bogus",
        "stray --list word --topic nowhere",
        "-list -topic nowhere",
        "",
      })
  void treatsOddRequestsAlike(String line, Both both) throws Exception {
    both.ask("topics", line.isEmpty() ? new String[0] : line.split(" ", -1)).same();
  }

  @Test
  void refusesAWrongValue(Both both) throws Exception {
    // Kafka's tool judges values itself; ours leaves it to the broker, which has words of its own.
    both.ask("topics", "--create", "--topic", "x-SIDE", "--config", "retention.ms=soon")
        .replacing("(Invalid value soon for configuration retention.ms: ).*", "$1")
        .same();
  }

  @Test
  void needsABroker(Both both) throws Exception {
    both.run("topics", "--list").same();
    both.run("topics").inOurOwnWords().same();
    both.run("topics", "--bootstrap-server", "no-port", "--list").same();
  }

  @Test
  void takesItsConfigurationFromAFile(@TempDir Path directory, Both both) throws Exception {
    Path file = Files.writeString(directory.resolve("admin.properties"), "client.id=mine\n");
    both.ask("topics", "--list", "--topic", "nowhere", "--command-config", file.toString()).same();
    both.ask("topics", "--list", "--command-config", directory.resolve("absent").toString()).same();
    Files.writeString(file, "request.timeout.ms=soon\n");
    both.ask("topics", "--list", "--command-config", file.toString()).same();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "topics",
        "console-producer",
        "console-consumer",
        "configs",
        "consumer-groups",
        "get-offsets",
        "delete-records",
        "log-dirs",
        "consumer-perf-test",
        "broker-api-versions"
      })
  void everyToolExplainsItselfAndSaysItsVersion(String tool, Both both) throws Exception {
    assertThat(both.run(tool, "--help").inOurOwnWords().same().err())
        .contains("--help")
        .contains("--version");
    both.run(tool, "--version").replacing("4\\.\\d\\.\\d", "4.X").same();
    both.run(tool).inOurOwnWords().same();
  }
}
