package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.tools.Comparison.Both;

/** Offsets, deletion of records, log directories, API versions. */
@ExtendWith(SharedBroker.class)
final class ClusterComparisonIT {
  @BeforeEach
  void fill(Both both) throws Exception {
    both.ask(
            "topics", "--create", "--if-not-exists", "--topic", "cluster-SIDE", "--partitions", "3")
        .same();
    both.ask("console-producer", "--topic", "cluster-SIDE").stdin("a\nb\nc\n").same();
  }

  private static String[] words(String line) {
    return line.split(" ", -1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--topic cluster-SIDE --time earliest",
        "--topic cluster-SIDE --time -2 --partitions 0,2",
        "--topic cluster-SIDE --time -4",
        "--topic cluster-SIDE --time -5",
        "--topic cluster-SIDE --time earliest-pending-upload",
        "--topic cluster-SIDE --time 99999999999999",
        "--topic cluster-SIDE --time 0 --partitions 7",
        "--topic-partitions cluster-SIDE:0,cluster-SIDE:2-3 --time earliest",
        "--topic-partitions cluster-SIDE:-1 --time earliest",
        "--topic-partitions cluster-SIDE:1- --time earliest",
        "--topic-partitions cluster-SIDE:x",
        "--topic-partitions cluster-SIDE --topic t",
        "--topic nowhere",
        "--topic cluster-SIDE --partitions x",
        "--topic cluster-SIDE --time soon",
        "--topic cluster-SIDE --exclude-internal-topics --time earliest",
        "--bogus",
        "--topic",
      })
  void tellsOffsets(String line, Both both) throws Exception {
    both.ask("get-offsets", words(line))
        .replacing("org.apache.kafka.tools.TerseException: ", "")
        .same();
  }

  @Test
  void countsAllRecords(Both both) throws Exception {
    for (String time : new String[] {"latest", "max-timestamp", "-1"}) {
      Outcome offsets =
          both.ask("get-offsets", "--topic", "cluster-SIDE", "--time", time)
              .replacing(":\\d+$", ":X")
              .same();
      assertThat(offsets.out()).contains("cluster-SIDE:");
    }
    both.run("get-offsets", "--topic", "t").same();
    both.run("get-offsets", "--bootstrap-server", "no-port").same();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'partitions':[{'topic':'deleted-SIDE','partition':0,'offset':2}],'version':1}",
        "{'partitions':[{'topic':'deleted-SIDE','partition':0,'offset':-1}]}",
        "{'partitions':[{'topic':'deleted-SIDE','partition':0,'offset':99}]}",
        "{'partitions':[]}",
        "{'partitions':[{'topic':'deleted-SIDE','partition':0,'offset':1},"
            + "{'topic':'deleted-SIDE','partition':0,'offset':2}]}",
        "{'version':2,'partitions':[]}",
        "{'version':1}",
        "nonsense",
      })
  void deletesRecords(String json, @TempDir Path directory, Both both) throws Exception {
    both.ask("topics", "--create", "--if-not-exists", "--topic", "deleted-SIDE").same();
    both.ask("console-producer", "--topic", "deleted-SIDE").stdin("a\nb\nc\n").same();
    for (String side : new String[] {"qxqa", "qxqb"}) {
      Files.writeString(directory.resolve(side), json.replace('\'', '"').replace("SIDE", side));
    }
    both.ask("delete-records", "--offset-json-file", directory + "/SIDE")
        .replacing("low_watermark: \\d+", "low_watermark: X")
        .same();
  }

  @Test
  void needsAFileOfOffsetsToDelete(Both both) throws Exception {
    both.ask("delete-records").same();
    both.ask("delete-records", "--offset-json-file", "/no/such/file").same();
    both.run("delete-records", "--offset-json-file", "x").same();
    both.ask("delete-records", "--bogus").same();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--describe --topic-list listed-SIDE",
        "--describe --topic-list listed-SIDE --broker-list 1",
        "--describe --topic-list nowhere",
        "--describe --broker-list 1,77,78",
        "--describe --broker-list x",
        "--topic-list t",
      })
  void describesLogDirectories(String line, Both both) throws Exception {
    both.ask("topics", "--create", "--if-not-exists", "--topic", "listed-SIDE").same();
    both.ask("log-dirs", words(line)).same();
  }

  @Test
  void tellsApiVersions(Both both) throws Exception {
    // The two clients are of different age: each knows what it can use, and not all know the
    // newest.
    both.ask("broker-api-versions")
        .replacing("\\[usable: \\d+\\]", "[usable: X]")
        .replacing(",\n\t\\w+\\(9[34]\\): [^,\n]*", "")
        .same();
    both.run("broker-api-versions", "--bootstrap-server", "127.0.0.1:1").same();
    both.run("broker-api-versions", "--bogus").same();
  }
}
