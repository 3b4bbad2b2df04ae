package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.tools.Comparison.Both;

@ExtendWith(SharedBroker.class)
final class ConsumerGroupsComparisonIT {
  private static String[] words(String line) {
    return line.split(" ", -1);
  }

  private static void all(Both both, String... lines) throws Exception {
    for (String line : lines) {
      Comparison comparison = both.ask("consumer-groups", words(line));
      (line.startsWith("--describe") ? comparison.eventually() : comparison)
          .replacing("OTHER", "SIDE")
          .ignoringStandardError()
          .inAnyOrder()
          .same();
    }
  }

  /** Ten records in one of two topics. */
  @BeforeAll
  static void fillTopics(Both both) throws Exception {
    for (String topic : List.of("grouped-SIDE", "ungrouped-SIDE", "members", "other-members")) {
      both.ask("topics", "--create", "--if-not-exists", "--topic", topic, "--partitions", "2")
          .replacing("Created.*\n", "")
          .same();
    }
    both.ask("console-producer", "--topic", "grouped-SIDE", "--reader-property", "parse.key=true")
        .stdin("a\t1\na\t2\na\t3\na\t4\na\t5\na\t6\na\t7\na\t8\na\t9\na\t10\n")
        .same();
  }

  /** A group that has read three records, and has no members. */
  @BeforeEach
  void leaveAGroup(Both both) throws Exception {
    all(both, "--reset-offsets --group group-SIDE --topic grouped-SIDE --to-offset 3 --execute");
  }

  @Test
  void listsAndDescribesAGroupWithoutMembers(Both both) throws Exception {
    all(
        both,
        "--describe --group group-SIDE --offsets",
        "--describe --group group-SIDE",
        "--describe --group group-SIDE --verbose",
        "--describe --group group-SIDE --members",
        "--describe --group group-SIDE --members --verbose",
        "--describe --group group-SIDE --state",
        "--describe --group group-SIDE --state --verbose",
        "--list",
        "--list --state",
        "--list --state Empty,Stable --type classic",
        "--list --type",
        "--list --type consumer",
        "--describe --all-groups --state",
        "--describe --all-groups",
        "--describe --group nowhere",
        "--describe --group group-SIDE --timeout soon");
  }

  @Test
  void describesMembers(Both both) throws Exception {
    for (String protocol :
        both.broker().assignsPartitionsItself()
            ? List.of("classic", "consumer")
            : List.of("classic")) {
      String group = "members-" + protocol;
      try (var consumer = consumer(both, group, protocol)) {
        consumer.subscribe(List.of("members", "other-members"));
        while (consumer.assignment().size() < 4) {
          consumer.poll(Duration.ofMillis(100));
        }
        consumer.commitSync();
        all(
            both,
            "--describe --group " + group,
            "--describe --group " + group + " --verbose",
            "--describe --group " + group + " --members",
            "--describe --group " + group + " --members --verbose",
            "--describe --group " + group + " --state --verbose",
            "--reset-offsets --to-earliest --dry-run --all-topics --group " + group,
            "--delete --group " + group,
            "--delete-offsets --topic members --group " + group);
      }
    }
  }

  private static KafkaConsumer<String, String> consumer(Both both, String group, String protocol) {
    Map<String, Object> config =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            both.broker().bootstrapServer(),
            ConsumerConfig.GROUP_ID_CONFIG,
            group,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG,
            protocol,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            "instance-of-" + protocol,
            ConsumerConfig.CLIENT_ID_CONFIG,
            "a-client-with-a-long-name");
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  @Test
  void plansNewOffsets(Both both) throws Exception {
    String reset = "--reset-offsets --group group-SIDE --dry-run ";
    all(
        both,
        reset + "--all-topics --to-earliest",
        reset + "--all-topics --to-latest --export",
        reset + "--topic grouped-SIDE --to-offset 5",
        reset + "--topic grouped-SIDE:0,1 --to-offset 99999",
        reset + "--topic grouped-SIDE:0 --topic ungrouped-SIDE --to-current",
        reset + "--all-topics --shift-by -2",
        reset + "--all-topics --shift-by 99999",
        reset + "--topic ungrouped-SIDE --shift-by 1",
        reset + "--all-topics --to-datetime 2020-01-01T00:00:00.000",
        reset + "--all-topics --to-datetime 2120-01-01T00:00:00.000",
        reset + "--all-topics --to-datetime yesterday",
        reset + "--all-topics --by-duration P1D",
        reset + "--all-topics --by-duration long",
        reset + "--topic grouped-SIDE:7 --to-latest",
        reset + "--topic grouped-SIDE:x --to-latest",
        reset + "--topic grouped-SIDE:0:1 --to-latest",
        reset + "--topic grouped-SIDE --to-offset soon",
        reset + "--topic nowhere --to-latest",
        reset + "--to-latest",
        "--reset-offsets --group group-SIDE --topic grouped-SIDE --to-latest",
        "--reset-offsets --group new-SIDE --topic grouped-SIDE --to-earliest --dry-run",
        "--reset-offsets --group new-SIDE --group group-SIDE --topic grouped-SIDE --to-earliest"
            + " --dry-run --export");
  }

  @Test
  void setsOffsetsFromAFileToo(@TempDir Path directory, Both both) throws Exception {
    all(
        both,
        "--reset-offsets --group group-SIDE --all-topics --to-offset 1 --execute",
        "--describe --group group-SIDE");
    for (String side : List.of("qxqa", "qxqb")) {
      Files.writeString(directory.resolve("short-" + side), "grouped-" + side + ",0,2\n");
      Files.writeString(
          directory.resolve("long-" + side),
          "\"group-" + side + "\",grouped-" + side + ",0,4\nother,grouped-" + side + ",0,5\n");
    }
    String fromFile = "--reset-offsets --group group-SIDE --execute --from-file " + directory;
    all(
        both,
        fromFile + "/short-SIDE",
        "--describe --group group-SIDE",
        "--reset-offsets --group group-SIDE --group nowhere --execute --from-file "
            + directory
            + "/long-SIDE",
        "--describe --group group-SIDE");
    assertThat(both.ask("consumer-groups", "--describe", "--group", "group-SIDE").same().out())
        .containsPattern("grouped-SIDE +0 +4 ");
  }

  @Test
  void forgetsOffsetsAndGroups(Both both) throws Exception {
    all(
        both,
        "--delete-offsets --group group-SIDE --topic ungrouped-SIDE --topic nowhere",
        "--delete-offsets --group group-SIDE --topic grouped-SIDE:0",
        "--describe --group group-SIDE",
        "--delete-offsets --group nowhere --topic grouped-SIDE",
        "--delete --group group-SIDE --group nowhere",
        "--delete --group group-SIDE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--list --describe",
        "--group g",
        "--describe",
        "--describe --members --state --group g",
        "--describe --state Stable --group g",
        "--list --members",
        "--list --state nonsense",
        "--list --type nonsense",
        "--list --group g",
        "--list --topic t",
        "--delete",
        "--delete --group g --topic t",
        "--delete-offsets --group g",
        "--reset-offsets --group g --topic t --dry-run --execute",
        "--reset-offsets --group g --topic t --to-latest --to-earliest --dry-run",
        "--describe --group g --all-groups",
        "--describe --group g --topic t",
        "--validate-regex a*b --list",
        "--list --bogus",
        "--state --group g",
      })
  void treatsOddRequestsAlike(String line, Both both) throws Exception {
    // Which of the options of a set Kafka names first is left to chance.
    both.ask("consumer-groups", words(line))
        .replacing("\\[(group|all-groups|topic)\\], \\[(group|all-groups|topic)\\]", "[..]")
        .replacing("Valid (states|types) are: .*", "Valid values")
        .same();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a*b", "(", "[a-", "(?=look)", "\\d+"})
  void judgesExpressionsAsBrokersDo(String regex, Both both) throws Exception {
    both.run("consumer-groups", "--validate-regex", regex).same();
  }

  @Test
  void needsABroker(Both both) throws Exception {
    both.run("consumer-groups", "--list").same();
  }
}
