package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;
import org.stoker.base.Clock;
import org.stoker.tools.ReplicaAssignments.Assignment;
import org.stoker.tools.Table.Column;

/** The pieces of tools that need no broker, each in a test or two. */
final class SmallPartsTest {
  private static final TopicPartition ORDERS_1 = new TopicPartition("orders", 1);

  @Test
  void tablesPadGrowAndOverflow() {
    assertThat(
            Table.lines(
                List.of(Column.growing("A", 3), Column.fixed("B", 3), Column.last("C")),
                List.of(List.of("long", "longer", "x"), List.of("", "", ""))))
        .containsExactly("A    B   C", "long longer x", "         ");
  }

  @Test
  void replicaAssignmentsAreReadByPartition() {
    assertThat(ReplicaAssignments.parse("1:2, 2:3"))
        .containsExactly(new Assignment(0, List.of(1, 2)), new Assignment(1, List.of(2, 3)));
    assertThatThrownBy(() -> ReplicaAssignments.parse("1:2,3"))
        .hasMessage("Partition 1 has different replication factor: [3]");
    assertThatThrownBy(() -> ReplicaAssignments.parse("1:2:1"))
        .hasMessage("Partition replica lists may not contain duplicate entries: 1");
  }

  @Test
  void topicPatternsTakeCommasAndQuotes() {
    var pattern = new TopicPattern("'orders, click.*'");

    assertThat(pattern.admits("orders", true)).isTrue();
    assertThat(pattern.admits("clicks", true)).isTrue();
    assertThat(pattern.admits("my-orders", true)).isFalse();
    assertThat(new TopicPattern(".*").admits("__consumer_offsets", true)).isFalse();
    assertThatThrownBy(() -> new TopicPattern("(")).hasMessage("( is an invalid regex.");
  }

  @Test
  void partitionRangesEndBeforeTheirLastNumber() {
    PartitionFilter filter = PartitionFilter.ofRules("orders:1-3,:7,audit");

    assertThat(filter.admits(ORDERS_1)).isTrue();
    assertThat(filter.admits(new TopicPartition("orders", 3))).isFalse();
    assertThat(filter.admits(new TopicPartition("anything", 7))).isTrue();
    assertThat(filter.admits(new TopicPartition("audit", 99))).isTrue();
    assertThat(PartitionFilter.of(Optional.empty(), Optional.of("1,2")).admits(ORDERS_1)).isTrue();
  }

  @Test
  void timesHaveNames() {
    assertThat(GetOffsets.offsetSpec("-2")).isInstanceOf(OffsetSpec.EarliestSpec.class);
    assertThat(GetOffsets.offsetSpec("1000")).isInstanceOf(OffsetSpec.TimestampSpec.class);
    assertThatThrownBy(() -> GetOffsets.offsetSpec("soon")).hasMessageContaining("Malformed time");
  }

  @Test
  void aResetPlanSurvivesItsFile() {
    String topic = "a-topic-with-a-name-of-many-letters";
    Map<TopicPartition, Long> plan = new TreeMap<>(PartitionOrder.BY_TOPIC);
    plan.put(ORDERS_1, 5L);
    plan.put(new TopicPartition(topic, 0), 6L);
    var plans = Map.of("my \"own\", group", plan);

    String csv = ResetPlanFile.write(plans, true);

    assertThat(csv)
        .contains("\"my \"\"own\"\", group\",orders,1,5\n")
        .contains("\"" + topic + "\"");
    assertThat(ResetPlanFile.read(csv, List.of())).isEqualTo(plans);
    assertThat(ResetPlanFile.read("orders,1,5", List.of("g")))
        .isEqualTo(Map.of("g", Map.of(ORDERS_1, 5L)));
    assertThatThrownBy(() -> ResetPlanFile.read("orders,one,5", List.of("g")))
        .hasMessage("Not a line of a reset plan: orders,one,5");
  }

  @Test
  void anOptionBeatsTheFileAndItsDefaultOnlyFillsAGap() {
    Option<Integer> retries = Option.integer("r", "", "").orElse(3);
    var options = new OptionSet("", retries, Option.flag("x", ""));
    var properties = new Properties();
    properties.put("retries", "9");

    ClientProperties.merge(properties, "retries", options.parse(new String[] {"--x"}), retries);
    assertThat(properties).containsEntry("retries", "9");
    ClientProperties.merge(properties, "retries", options.parse(new String[] {"--r=4"}), retries);
    assertThat(properties).containsEntry("retries", "4");
  }

  @Test
  void sequencesOfASnapshotWrapAround() {
    assertThat(StateFileDump.firstSequence(10, 3)).isEqualTo(7);
    assertThat(StateFileDump.firstSequence(1, 3)).isEqualTo(Integer.MAX_VALUE - 1);
  }

  @Test
  void statisticsCountWhatWasSentAndItsPercentiles() {
    var out = new ByteArrayOutputStream();
    var statistics =
        new SendStatistics(new PrintStream(out, true, StandardCharsets.UTF_8), 4, 1000, false, 0);

    statistics.add(10, 512, 100);
    statistics.add(20, 512, 500);
    statistics.add(30, 512, 1000);
    statistics.add(40, 512, 1500);
    statistics.printWhole(2000);

    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "3 records sent, 3.0 records/sec (0.00 MB/sec), 20.0 ms avg latency, 30.0 ms max"
                + " latency.",
            "4 records sent, 2.000000 records/sec (0.00 MB/sec), 25.00 ms avg latency, 40.00 ms max"
                + " latency, 30 ms 50th, 40 ms 95th, 40 ms 99th, 40 ms 99.9th.");
  }

  @Test
  void definitionsAreReadInEveryEncoding() throws Exception {
    var definition =
        new ObjectMapper()
            .readTree(
                """
                {"name": "X", "validVersions": "0-1", "flexibleVersions": "1+", "fields": [
                  {"name": "Late", "type": "int32", "taggedVersions": "1+", "tag": 0},
                  {"name": "Absent", "type": "Z", "taggedVersions": "1+", "tag": 1,
                   "nullableVersions": "1+", "fields": []},
                  {"name": "Name", "type": "string", "versions": "0+", "nullableVersions": "0+"},
                  {"name": "Ids", "type": "[]int16", "versions": "0+"},
                  {"name": "Inner", "type": "Y", "versions": "1+", "fields": [
                    {"name": "On", "type": "bool", "versions": "1+"}]}]}\
                """);

    assertThat(SchemaReader.read(definition, (short) 0, bytes(0, 1, 'a', 0, 0, 0, 1, 0, 5)))
        .hasToString("{\"name\":\"a\",\"ids\":[5]}");
    assertThat(
            SchemaReader.read(
                definition,
                (short) 1,
                bytes(0, 2, 0, 5, 1, 0, 3, 9, 1, 7, 0, 4, 0, 0, 0, 3, 1, 1, 0)))
        .hasToString(
            "{\"late\":3,\"absent\":null,\"name\":null,\"ids\":[5],\"inner\":{\"on\":true}}");
    assertThatThrownBy(() -> SchemaReader.read(definition, (short) 2, bytes()))
        .hasMessage("Can't read version 2 of X");
    assertThatThrownBy(
            () -> SchemaReader.read(definition, (short) 0, bytes(0, 0, 127, 127, 127, 127)))
        .hasMessageContaining("an array of");
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length);
    for (int value : values) {
      buffer.put((byte) value);
    }
    return buffer.flip();
  }

  @Test
  void theClientsLogIsOneLineFromWarnUp() {
    var out = new ByteArrayOutputStream();
    var logger =
        new StderrLogging.StderrLogger(
            "a.Logger", Level.WARN, new PrintStream(out, true, StandardCharsets.UTF_8));

    logger.info("not this");
    logger.warn("{} of {}", 1, 2);

    assertThat(out.toString(StandardCharsets.UTF_8))
        .matches("\\[\\d{4}-\\d\\d-\\d\\d \\S+] WARN 1 of 2 \\(a.Logger\\)\\R");
    assertThat(StderrLogging.threshold("debug")).isEqualTo(Level.DEBUG);
    assertThat(StderrLogging.threshold("nonsense")).isEqualTo(Level.WARN);
  }

  @Test
  void progressIsForPeopleOnly() {
    var err = new ByteArrayOutputStream();
    var stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    var nowMs = new long[1];
    Clock clock = clockAt(nowMs);
    var seen =
        new Progress(new Terminal(InputStream.nullInputStream(), stream, stream, true), clock);
    var unseen =
        new Progress(new Terminal(InputStream.nullInputStream(), stream, stream, false), clock);

    nowMs[0] = 1000;
    unseen.show(1, 2, "records");
    assertThat(err.size()).isZero();
    seen.show(1500, 3000, "records");
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("1,500 of 3,000 records (50 %)");
  }

  private static Clock clockAt(long[] nowMs) {
    return new Clock() {
      @Override
      public long wallMs() {
        return nowMs[0];
      }

      @Override
      public long monotonicNs() {
        return nowMs[0] * 1_000_000;
      }
    };
  }

  @Test
  void anUnknownCommandIsNamed() {
    var err = new ByteArrayOutputStream();
    var stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    var terminal = new Terminal(InputStream.nullInputStream(), stream, stream, false);

    assertThat(StokerTools.run(new String[] {"topcis"}, terminal)).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("Unknown command \"topcis\"");
    assertThat(StokerTools.run(new String[] {"--help"}, terminal)).isZero();
  }
}
