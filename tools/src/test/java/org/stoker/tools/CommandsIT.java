package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every script of {@code bin/} as a process, against a broker that {@code bin/stoker} started. */
final class CommandsIT {
  private static final Pattern READY =
      Pattern.compile("Stoker is ready: broker \\d+ at (\\S+), data in .*");
  private static final long START_TIMEOUT_S = 300;

  /** BROKER and FILES in the words become the broker's address and a directory with files. */
  record Use(String script, String words, int exitCode, String said) {
    @Override
    public String toString() {
      return script + " " + words;
    }
  }

  private static Use good(String name, String words, String said) {
    return new Use("kafka-" + name + ".sh", words, 0, said);
  }

  private static Use bad(String name, String words, String said) {
    return new Use("kafka-" + name + ".sh", words, 1, said);
  }

  private static Use ask(String name, String words, String said) {
    return good(name, "--bootstrap-server BROKER " + words, said);
  }

  /** In this order: later ones see what earlier ones did. What is said is a regular expression. */
  static final List<Use> COMMON_USES =
      List.of(
          ask("topics", "--create --topic made --partitions 2", "Created topic made."),
          ask("topics", "--list", "(?m)^made$"),
          ask("topics", "--describe --topic made", "Topic: made\tPartition: 1\tLeader: 0"),
          ask("topics", "--alter --topic made --partitions 3", ""),
          ask("topics", "--delete --topic made", ""),
          ask("configs", "--alter --topic orders --add-config retention.ms=77000", "Completed"),
          ask("configs", "--describe --topic orders", "retention.ms=77000 sensitive=false"),
          ask("configs", "--describe --broker 0 --all", "log.dirs=\\S+ sensitive=false"),
          ask("configs", "--describe --broker-logger 0", "root=INFO|root=WARN"),
          ask(
              "console-consumer",
              "--topic orders --from-beginning --max-messages 3 --group readers",
              "one\ntwo\nthree\n"),
          ask("consumer-groups", "--list", "readers"),
          ask("consumer-groups", "--describe --group readers", "readers +orders +0 +3 +3 +0"),
          ask(
              "consumer-groups",
              "--reset-offsets --to-earliest --group readers --topic orders --execute",
              "readers +orders +0 +0"),
          ask("groups", "--list", "readers +Classic +consumer"),
          ask("get-offsets", "--topic orders", "orders:0:3\n"),
          ask("delete-records", "--offset-json-file FILES/deletion.json", "low_watermark: 1"),
          ask("log-dirs", "--describe --topic-list orders", "\"partition\":\"orders-0\""),
          ask(
              "leader-election",
              "--election-type preferred --topic orders --partition 0",
              "Valid replica already elected for partitions orders-0"),
          ask("reassign-partitions", "--list", "No partition reassignments found."),
          ask("metadata-quorum", "describe --status", "LeaderId: +0"),
          ask("features", "describe", "Feature: eligible.leader.replicas.version"),
          ask("broker-api-versions", "", "Produce\\(0\\): 0 to 13"),
          good("cluster", "cluster-id --bootstrap-server BROKER", "Cluster ID: \\S{22}"),
          ask("client-metrics", "--list", ""),
          ask(
              "transactions",
              "describe-producers --topic orders --partition 0",
              "ProducerId\tProducerEpoch"),
          ask(
              "producer-perf-test",
              "--topic perf --num-records 100 --record-size 10 --throughput -1",
              "100 records sent"),
          ask("consumer-perf-test", "--topic perf --num-records 100", "start.time, end.time"),
          ask(
              "e2e-latency",
              "--topic perf --num-records 10 --producer-acks all --record-size 20",
              "Avg latency:"),
          ask("verifiable-producer", "--topic verified --max-messages 3", "\"acked\":3"),
          ask(
              "verifiable-consumer",
              "--topic verified --group-id verifiers --max-messages 3",
              "\"name\":\"shutdown_complete\""),
          ask(
              "streams-application-reset",
              "--dry-run --application-id app --input-topics orders",
              "Topic: orders Partition: 0 Offset: 1"),
          good(
              "run-class",
              "org.apache.kafka.tools.GetOffsetShell --bootstrap-server BROKER --topic orders",
              "orders:0:3"),
          good(
              "dump-log",
              "--print-data-log --files FILES/data/logs/orders-0/00000000000000000000.log",
              "payload: three"),
          good("jmx", "--version", "4\\.4\\."),
          good("replica-verification", "--version", "4\\.4\\."));

  static final List<Use> WRONG_USES =
      List.of(
          bad("topics", "--list --bogus", "bogus is not a recognized option"),
          bad("topics", "", "Create, delete, describe, or change a topic."),
          bad("configs", "--describe --bootstrap-server BROKER", "one entity type must be"),
          bad("console-producer", "--topic orders", "Error while validating the bootstrap address"),
          bad("metadata-quorum", "describe", "usage: kafka-metadata-quorum"),
          bad("get-offsets", "--bootstrap-server BROKER --time soon", "Malformed time argument"),
          bad("dump-log", "--files FILES/no-such.log", "no-such.log"),
          bad(
              "topics",
              "--bootstrap-server localhost:1 --command-config FILES/hasty.properties --list",
              "Timed out waiting for a node assignment"),
          bad(
              "console-consumer",
              "--bootstrap-server BROKER --topic orders --timeout-ms none",
              "Cannot parse argument 'none'"));

  /** What a command needs of the broker, and in what words a script declines without it. */
  record Refusal(String script, String words, String missing, String api) {
    @Override
    public String toString() {
      return script + " " + words;
    }
  }

  static final List<Refusal> REFUSALS =
      List.of(
          new Refusal("acls", "--list", "ACLs", "DescribeAcls"),
          new Refusal(
              "delegation-tokens", "--describe", "delegation tokens", "DescribeDelegationToken"),
          new Refusal("share-groups", "--list", "share groups", "ShareGroupDescribe"),
          new Refusal("console-share-consumer", "--topic t", "share groups", "ShareFetch"),
          new Refusal("share-consumer-perf-test", "--topic t", "share groups", "ShareFetch"),
          new Refusal("verifiable-share-consumer", "--topic t", "share groups", "ShareAcknowledge"),
          new Refusal("streams-groups", "--list", "streams groups", "StreamsGroupDescribe"),
          new Refusal("metadata-quorum", "remove-controller", "KRaft voters", "RemoveRaftVoter"),
          new Refusal("transactions", "list", "transactions", "ListTransactions"),
          new Refusal("client-metrics", "--alter", "client metrics", "GetTelemetrySubscriptions"),
          new Refusal(
              "configs",
              "--describe --entity-type users",
              "quotas and SCRAM credentials",
              "DescribeClientQuotas"),
          new Refusal(
              "configs",
              "--alter --user-defaults --add-config producer_byte_rate=1",
              "quotas and SCRAM credentials",
              "AlterUserScramCredentials"));

  @TempDir private static Path files;

  private static Process broker;
  private static String address;

  @BeforeAll
  static void startABrokerWithATopic() throws Exception {
    Path log = files.resolve("broker.log");
    broker =
        Installation.shared()
            .start(
                List.of(
                    "stoker",
                    "start",
                    "--data-dir",
                    files.resolve("data").toString(),
                    "--port",
                    "0",
                    "--override",
                    "group.initial.rebalance.delay.ms=0"),
                log);
    address =
        Awaitility.await()
            .atMost(Duration.ofSeconds(START_TIMEOUT_S))
            .until(() -> addressIn(Files.readString(log)), found -> !found.isEmpty());
    Files.writeString(
        files.resolve("deletion.json"),
        """
        {"partitions": [{"topic": "orders", "partition": 0, "offset": 1}], "version": 1}\
        """);
    Files.writeString(
        files.resolve("hasty.properties"),
        "default.api.timeout.ms=1500\nrequest.timeout.ms=1000\n");
    run("", "kafka-topics.sh", "--bootstrap-server BROKER --create --topic orders");
    run(
        "one\ntwo\nthree\n",
        "kafka-console-producer.sh",
        "--bootstrap-server BROKER --topic orders");
  }

  private static String addressIn(String log) {
    Matcher ready = READY.matcher(log);
    return ready.find() ? ready.group(1) : "";
  }

  @AfterAll
  static void stopTheBroker() throws Exception {
    broker.destroy();
    if (!broker.waitFor(30, TimeUnit.SECONDS)) {
      broker.destroyForcibly().waitFor();
    }
  }

  private static Outcome run(String stdin, String script, String words) throws Exception {
    var command = new ArrayList<String>();
    String line = script + (words.isEmpty() ? "" : " " + words);
    for (String word : line.split(" ", -1)) {
      command.add(word.replace("BROKER", address).replace("FILES", files.toString()));
    }
    return Installation.shared().run(stdin, command);
  }

  @ParameterizedTest
  @FieldSource("COMMON_USES")
  void commonUsesPrintWhatKafkasToolsPrint(Use use) throws Exception {
    Outcome outcome = run("", use.script(), use.words().strip());

    assertThat(outcome.err()).doesNotContain("\tat ");
    assertThat(outcome.out()).containsPattern(use.said());
    assertThat(outcome.exitCode()).isZero();
  }

  @ParameterizedTest
  @FieldSource("WRONG_USES")
  void wrongUsesAreNamedAndFail(Use use) throws Exception {
    Outcome outcome = run("", use.script(), use.words());

    assertThat(outcome.out() + outcome.err()).containsPattern(use.said());
    assertThat(outcome.exitCode()).isEqualTo(use.exitCode());
  }

  @ParameterizedTest
  @FieldSource("REFUSALS")
  void commandsOfMissingFeaturesSaySoInOneSentence(Refusal refusal) throws Exception {
    String script = "kafka-" + refusal.script() + ".sh";

    Outcome refused = run("", script, "--bootstrap-server BROKER " + refusal.words());

    assertThat(refused.err())
        .isEqualTo(
            "Stoker has no %s, so %s cannot do this; --help shows its options.\n"
                .formatted(refusal.missing(), refusal.script()));
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(run("", "kafka-broker-api-versions.sh", "--bootstrap-server BROKER").out())
        .as("a broker that has the feature: bin/stoker must let the command through")
        .containsPattern(refusal.api() + "\\(\\d+\\): UNSUPPORTED");
  }

  @Test
  void commandsOfMissingFeaturesExplainTheirOptions() throws Exception {
    Outcome help = run("", "kafka-acls.sh", "--help");

    assertThat(help.out() + help.err()).contains("--allow-principal");
  }

  @Test
  void dumpsOfASegmentThatIsSyncedOftenExplainTheZerosAtItsEnd() throws Exception {
    run(
        "",
        "kafka-e2e-latency.sh",
        "--bootstrap-server BROKER --topic synced --num-records 100 --producer-acks all"
            + " --record-size 20");

    Outcome dump =
        run("", "kafka-dump-log.sh", "--files FILES/data/logs/synced-0/00000000000000000000.log");

    assertThat(dump.out()).contains("baseOffset: 99 lastOffset: 99 count: 1");
    assertThat(dump.err()).contains("CorruptRecordException").contains("all batches are above");
    assertThat(dump.exitCode()).isEqualTo(1);
  }

  @Test
  void reassignmentsThatNameADirectoryAreToldWhatHappensToIt() throws Exception {
    Path plan =
        Files.writeString(
            files.resolve("plan.json"),
            """
            {"version": 1, "partitions": [
              {"topic": "orders", "partition": 0, "replicas": [0], "log_dirs": ["/nowhere"]}]}\
            """);
    String execute = "--bootstrap-server BROKER --execute --reassignment-json-file ";

    assertThat(run("", "kafka-reassign-partitions.sh", execute + plan).err())
        .startsWith("Stoker's brokers choose the log directory of a replica themselves");
    Files.writeString(plan, Files.readString(plan).replace("/nowhere", "any"));
    assertThat(run("", "kafka-reassign-partitions.sh", execute + plan))
        .satisfies(done -> assertThat(done.err()).isEmpty())
        .satisfies(done -> assertThat(done.exitCode()).isZero());
  }

  @Test
  void everyScriptIsTriedHere() throws Exception {
    var tried = new TreeSet<String>(List.of("kafka-console-producer.sh"));
    Stream.concat(COMMON_USES.stream(), WRONG_USES.stream())
        .forEach(use -> tried.add(use.script()));
    REFUSALS.forEach(refusal -> tried.add("kafka-" + refusal.script() + ".sh"));

    assertThat(Installation.shared().toolScripts()).containsExactlyElementsOf(tried);
  }
}
