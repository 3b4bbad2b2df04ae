package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.tools.Comparison.Both;

@ExtendWith(SharedBroker.class)
final class ConsoleComparisonIT {
  private static final String TOPIC = "console-SIDE";
  private static final String[] ALL_COLUMNS = {
    "print.timestamp",
    "print.partition",
    "print.offset",
    "print.delivery",
    "print.epoch",
    "print.headers",
    "print.key",
    "print.value"
  };

  private static Comparison produce(Both both, String lines, String... args) {
    var all = new ArrayList<>(List.of("--topic", TOPIC, "--timeout", "0"));
    all.addAll(List.of(args));
    return both.ask("console-producer", all.toArray(String[]::new)).stdin(lines);
  }

  private static Comparison consume(Both both, int count, String... args) {
    var all =
        new ArrayList<>(
            List.of("--topic", TOPIC, "--max-messages", "" + count, "--timeout-ms", "15000"));
    all.addAll(List.of(args));
    return both.ask("console-consumer", all.toArray(String[]::new))
        .replacing("The consumer rebalance protocol.*\n", "");
  }

  @Test
  void carriesLinesWithKeysAndHeaders(Both both) throws Exception {
    produce(both, "plain\n\nümläut\n").same();
    produce(both, "k1\tv1\nk2\tv2\ttail\n", "--reader-property", "parse.key=true").same();
    produce(
            both,
            "h1:a,h2:b|k3;v3\n|k4;NULL\n",
            "--reader-property",
            "parse.key=true",
            "--reader-property",
            "parse.headers=true",
            "--reader-property",
            "headers.delimiter=|",
            "--reader-property",
            "key.separator=;",
            "--reader-property",
            "null.marker=NULL",
            "--reader-property",
            "ignore.error=true",
            "--sync",
            "--compression-codec")
        .same();
    produce(both, "one\ntwo\n", "--compression-codec", "zstd", "--request-required-acks", "1")
        .same();

    showsAllColumns(both);
    showsThemDifferently(both);
  }

  private static void showsAllColumns(Both both) throws Exception {
    var columns = new ArrayList<String>();
    for (String column : ALL_COLUMNS) {
      columns.add("--formatter-property");
      columns.add(column + "=true");
    }
    columns.add("--from-beginning");
    Outcome consumed =
        consume(both, 9, columns.toArray(String[]::new))
            .replacing("CreateTime:\\d+", "CreateTime:X")
            .same();
    assertThat(consumed.out()).contains("ümläut").contains("h1:a,h2:b").contains("\tk4\tnull");
    assertThat(consumed.err()).contains("Processed a total of 9 messages");
  }

  private static void showsThemDifferently(Both both) throws Exception {
    consume(
            both,
            4,
            "--from-beginning",
            "--key-deserializer",
            "org.apache.kafka.common.serialization.StringDeserializer",
            "--formatter-property",
            "print.key=true",
            "--formatter-property",
            "key.separator==",
            "--formatter-property",
            "null.literal=<null>",
            "--formatter-property",
            "line.separator=;")
        .same();
    consume(both, 2, "--partition", "0", "--offset", "3").same();
    consume(both, 2, "--partition", "0", "--offset", "earliest", "--property", "print.key=true")
        .same();
    consume(both, 2, "--partition", "0", "--from-beginning", "--isolation-level", "read_committed")
        .same();
    consume(
            both,
            1,
            "--from-beginning",
            "--formatter",
            "org.apache.kafka.tools.consumer.NoOpMessageFormatter")
        .same();
    consume(
            both,
            1,
            "--from-beginning",
            "--formatter",
            "org.apache.kafka.tools.consumer.LoggingMessageFormatter",
            "--consumer-property",
            "client.id=x")
        .same();
  }

  @Test
  void endsWhenNothingComes(Both both) throws Exception {
    both.ask("console-consumer", "--include", "nothing-here.*", "--timeout-ms", "300")
        .replacing("(?s)^.*$", "")
        .same();
    Outcome partial =
        both.ask(
                "console-consumer",
                "--topic",
                "console-none",
                "--partition",
                "0",
                "--timeout-ms",
                "300")
            .replacing("No record for 300 ms: ending.\n", "")
            .same();
    assertThat(partial.err()).contains("Processed a total of 0 messages");
  }

  @Test
  void aGroupGoesOnWhereItsLastPrintedRecordWas(Both both) throws Exception {
    String topic = "resumed-SIDE";
    both.ask("console-producer", "--topic", topic).stdin("a\nb\nc\nd\n").same();
    String[] args = {
      "--topic",
      topic,
      "--group",
      "resumed-SIDE",
      "--from-beginning",
      "--max-messages",
      "2",
      "--timeout-ms",
      "15000"
    };
    assertThat(both.ask("console-consumer", args).replacing("The con.*\n", "").same().out())
        .isEqualTo("a\nb\n");
    assertThat(both.ask("console-consumer", args).replacing("The con.*\n", "").same().out())
        .isEqualTo("c\nd\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--topic t --include t",
        "--bogus",
        "--topic",
        "--partition 0 --include t",
        "--topic t --offset 3",
        "--topic t --partition 0 --offset -3",
        "--topic t --partition 0 --offset soon",
        "--topic t --partition 0 --offset 1 --from-beginning",
        "--topic t --partition 0 --group g",
        "--topic t --group g --command-property group.id=h",
        "--topic t --from-beginning --command-property auto.offset.reset=latest",
        "--topic t --command-property a=b --consumer-property c=d",
        "--topic t --formatter-property a=b --property c=d",
        "--topic t --formatter no.such.Class",
        "--topic t --command-config /no/such/file",
        "--topic t --max-messages few",
        "--topic t --isolation-level nonsense",
        "--topic t --partition 0 --max-messages 0 --enable-systest-events",
      })
  void theConsumerTreatsOddRequestsAlike(String line, Both both) throws Exception {
    both.ask("console-consumer", line.split(" ", -1))
        .replacing("The consumer rebalance protocol.*\n", "")
        .replacing("Processed a total of 0 messages\n", "")
        .same();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--bogus",
        "--topic",
        "--sync",
        "--topic t --command-property a=b --producer-property c=d",
        "--topic t --command-config a --producer.config c",
        "--topic t --reader-property a=b --property c=d",
        "--topic t --line-reader no.such.Class",
        "--topic t --line-reader java.lang.Object",
        "--topic t --batch-size large",
        "--topic t --compression-codec nonsense",
        "--topic t --request-required-acks nonsense",
        "--topic t --reader-config /no/such/file",
        "--topic t --reader-property parse.key=true",
        "--topic t --reader-property parse.headers=true",
        "--topic t --reader-property null.marker=, --reader-property parse.headers=true",
        "--topic t --reader-property headers.separator=: --reader-property parse.headers=true",
        "--topic t --reader-property key.separator=a --reader-property null.marker=a",
        "--topic t --max-partition-memory-bytes 100 --property x=y --producer-property x=y --bogus",
      })
  void theProducerTreatsOddRequestsAlike(String line, Both both) throws Exception {
    both.ask("console-producer", line.split(" ", -1)).stdin("no separator\n").same();
  }

  @Test
  void warnsOfDeprecatedOptions(@TempDir Path directory, Both both) throws Exception {
    Path file = Files.writeString(directory.resolve("client.properties"), "client.id=mine\n");
    produce(
            both,
            "deprecated\n",
            "--property",
            "parse.key=false",
            "--producer-property",
            "linger.ms=1",
            "--producer.config",
            file.toString(),
            "--max-partition-memory-bytes",
            "1000")
        .same();
    consume(both, 1, "--from-beginning", "--consumer.config", file.toString()).same();
  }

  @Test
  void needsABroker(Both both) throws Exception {
    both.run("console-producer", "--topic", "t").same();
    both.run("console-producer", "--topic", "t", "--bootstrap-server", "no-port").same();
    both.run("console-producer", "--topic", "t", "--bootstrap-server", "a:1,,b:2").same();
    both.run("console-consumer", "--topic", "t").same();
    both.run("console-consumer", "--topic", "t", "--bootstrap-server", "no-port")
        .replacing("Unknown.*|Failed.*", "")
        .same();
  }
}
