package org.stoker.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.tools.Comparison.Both;

@ExtendWith(SharedBroker.class)
final class PerfComparisonIT {
  // A measured number counts as #; what was counted, like the records, is left alone.
  private static Comparison measured(Comparison comparison) {
    return comparison
        .replacing("\\d+\\.\\d+", "#")
        .replacing("\\d+ ms (50|95|99|99\\.9|#)th", "# ms $1th")
        .replacing("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d:\\d{3}", "TIME")
        .replacing("#, \\d+, \\d+, #, #$", "#, #, #, #, #");
  }

  private static String[] words(String line) {
    return line.split(" ", -1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--num-records 500 --throughput -1 --record-size 100",
        "--num-records 20 --throughput 1000 --payload-monotonic",
        "--num 20 --through=-1 --record-s 10",
        "--num-records 300 --throughput -1 --record-size 10 --warmup-records 100",
        "--num-records 20 --throughput -1 --record-size 10 --producer-props acks=1 linger.ms=0",
        "--num-records 20 --throughput -1 --record-size 10 --command-property acks=all",
        "--num-records 20 --throughput -1 --record-size 10 --transactional-id tx-SIDE",
      })
  void sendsRecords(String line, Both both) throws Exception {
    measured(both.ask("producer-perf-test", words("--topic perf-SIDE " + line))).same();
  }

  @Test
  void sendsPayloadsFromAFile(@TempDir Path directory, Both both) throws Exception {
    Path file = Files.writeString(directory.resolve("payloads"), "one;two;three");
    both.ask(
            "producer-perf-test",
            words(
                "--topic perf-SIDE --num-records 20 --throughput -1 --payload-delimiter ;"
                    + " --payload-file "
                    + file))
        .replacing("\\d+\\.\\d+", "#")
        .replacing("\\d+ ms", "# ms")
        .same();
    both.ask(
            "producer-perf-test",
            words("--topic t --num-records 20 --throughput -1 --payload-file " + directory + "/no"))
        .same();
  }

  @Test
  void receivesRecords(Both both) throws Exception {
    both.ask("topics", "--create", "--topic", "perf-in-SIDE").same();
    measured(
            both.ask(
                "producer-perf-test",
                words("--topic perf-in-SIDE --num-records 300 --throughput -1 --record-size 100")))
        .same();
    for (String line :
        new String[] {
          "--topic perf-in-SIDE --num-records 300",
          "--topic perf-in-SIDE --messages 300 --timeout --hide-header",
          "--include perf-in-SIDE.* --num-records 300 --group perf-in-SIDE --fetch-size 1000",
          "--topic perf-in-SIDE --num-records 400 --timeout 1500",
          "--topic perf-in-SIDE --num-records 300 --show-detailed-stats",
          "--topic perf-in-SIDE --num-records 300 --date-format yyyy --from-latest --timeout 100",
        }) {
      measured(both.ask("consumer-perf-test", words(line)))
          .replacing("^\\d{4}, \\d{4}, ", "TIME, TIME, ")
          .same();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--num-records 20 --throughput -1 --record-size 10",
        "--topic t --num-records x --throughput -1 --record-size 10",
        "--topic t --num-records 0 --throughput -1 --record-size 10",
        "--topic t --num-records 1 --throughput -1 --record-size 0",
        "--topic t --num-records 1 --throughput fast --record-size 10",
        "--topic t --num-records 1 --throughput -1",
        "--topic t --num-records 1 --throughput -1 --record-size 10 --payload-monotonic",
        "--topic t --num-records 1 --throughput -1 --record-size 10 extra",
        "--topic t --num-records 1 --throughput -1 --record-size 10 --bogus",
        "--topic t --num-records 1 --throughput -1 --record-size 10 --warmup-records 1",
        "--topic t --num-records 1 --throughput -1 --record-size 10 --reporting-interval 0",
        "--topic t --num-records 1 --throughput -1 --record-size 10 --transaction-duration-ms 0",
        "--topic t --num-records 1 --throughput -1 --record-size 10 --producer-props",
        "--topic t --num-records 1 --throughput -1 --record-size 10 --command-property x",
        "--topic t --num-records 1 --throughput -1 --record-size 10 --producer.config /no/such",
        "--topic t --num-records 1 --throughput -1 --record-size 10 --command-property a=b"
            + " --producer-props a=b",
        "--print-metrics=x",
        "--p",
        "--topic",
      })
  void theProducerTreatsOddRequestsAlike(String line, Both both) throws Exception {
    // argparse breaks its messages into lines of 75 characters, with wide spaces.
    both.ask("producer-perf-test", words(line))
        .replacing("(?s)usage:.*?(?=kafka-producer-perf-test: +error:)", "")
        .replacing("--\\n", "--")
        .replacing("\\s+", " ")
        .same();
  }

  @Test
  void theProducerExplainsItself(Both both) throws Exception {
    both.run("producer-perf-test", "--help").replacing("(?s).+", "text").same();
    both.run("producer-perf-test").replacing("(?s).+", "text").same();
    both.run(
            "producer-perf-test",
            words("--topic t --num-records 1 --throughput -1 --record-size 1"))
        .replacing("(?s)usage:.*?(?=kafka-producer-perf-test: +error:)", "")
        .replacing("--\\n", "--")
        .replacing("\\s+", " ")
        .same();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--topic t",
        "--num-records 3",
        "--topic t --include t --num-records 3",
        "--topic t --num-records 3 --messages 3",
        "--topic t --num-records many",
        "--topic t --num-records 3 --reporting-interval 0",
        "--topic t --num-records 3 --reporting-interval often",
        "--topic t --num-records 3 --consumer.config a --command-config b",
        "--topic t --num-records 3 --bogus",
      })
  void theConsumerTreatsOddRequestsAlike(String line, Both both) throws Exception {
    both.ask("consumer-perf-test", words(line)).same();
  }
}
