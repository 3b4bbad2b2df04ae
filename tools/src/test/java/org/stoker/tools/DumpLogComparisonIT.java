package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.tools.Comparison.Both;

/** The files that a broker wrote, whole and damaged. */
@ExtendWith(SharedBroker.class)
final class DumpLogComparisonIT {
  private static final String TOPIC = "dumped";

  @TempDir private Path copy;

  /** Two segments and a bit: every compression, headers, tombstones; and a group's offsets. */
  @BeforeAll
  static void write(Both both) throws Exception {
    String servers = both.broker().bootstrapServer();
    try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers))) {
      var topic = new NewTopic(TOPIC, 1, (short) 1).configs(Map.of("segment.bytes", "1048576"));
      admin.createTopics(List.of(topic)).all().get();
      admin
          .alterConsumerGroupOffsets(
              "dumpers", Map.of(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(7, "so far")))
          .all()
          .get();
    }
    for (String compression : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      try (var producer = producer(servers, compression)) {
        for (int i = 0; i < 20; i++) {
          var record = new ProducerRecord<>(TOPIC, 0, "key" + i, i % 5 == 0 ? null : "ümläut" + i);
          record.headers().add("first", new byte[] {1}).add("second", null);
          producer.send(record).get();
        }
      }
    }
    try (var producer = producer(servers, "none")) {
      for (int i = 0; i < 60; i++) {
        producer.send(new ProducerRecord<>(TOPIC, 0, null, "x".repeat(30_000))).get();
      }
    }
  }

  private static KafkaProducer<String, String> producer(String servers, String compression) {
    Map<String, Object> config =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            servers,
            ProducerConfig.COMPRESSION_TYPE_CONFIG,
            compression);
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  private List<String> copied(Both both, String partition) throws IOException {
    return copied(both.broker().logDirectory().resolve(partition));
  }

  /** A copy for each side, because Kafka's tool trims the indexes that it reads. */
  private List<String> copied(Path directory) throws IOException {
    var names = new ArrayList<String>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        for (String side : Comparison.SIDES) {
          Path target = copy.resolve(side).resolve(file.getFileName());
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
          cutZeros(target);
        }
        names.add(copy.resolve("SIDE").resolve(file.getFileName()).toString());
      }
    }
    return names;
  }

  /**
   * Cuts what a running broker has written ahead of its batches, and Kafka's tool stumbles over.
   */
  private static void cutZeros(Path log) throws IOException {
    if (!log.toString().endsWith(".log")) {
      return;
    }
    try (var channel = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer header = ByteBuffer.allocate(12);
      long end = 0;
      while (channel.read(header.clear(), end) == 12 && header.getInt(8) > 0) {
        end += 12 + header.getInt(8);
      }
      if (end < channel.size()) {
        channel.truncate(end);
      }
    }
  }

  private static String names(List<String> files, String suffix) {
    return files.stream().filter(name -> name.endsWith(suffix)).collect(Collectors.joining(","));
  }

  @Test
  void zerosThatARunningBrokerWroteAheadAreTheEnd(Both both) throws Exception {
    String log = names(copied(both, TOPIC + "-0"), ".log").split(",", -1)[0];
    Outcome whole = both.run("dump-log", "--files", log).ours();
    damage(log, bytes -> Arrays.copyOf(bytes, bytes.length + 100_000));
    assertThat(both.run("dump-log", "--files", log).ours()).isEqualTo(whole);

    damage(
        log,
        bytes -> {
          bytes[bytes.length - 1] = 1;
          return bytes;
        });
    assertThat(both.run("dump-log", "--files", log).ours().err()).contains("Found record size 0");
  }

  private interface Damage {
    byte[] done(byte[] bytes);
  }

  private static void damage(String file, Damage damage) throws IOException {
    for (String side : Comparison.SIDES) {
      Path path = Path.of(file.replace("SIDE", side));
      Files.write(path, damage.done(Files.readAllBytes(path)));
    }
  }

  private static Damage flip(int at) {
    return bytes -> {
      bytes[at] ^= 1;
      return bytes;
    };
  }

  private static Damage append(int count) {
    return bytes -> Arrays.copyOf(bytes, bytes.length + count);
  }

  private static Outcome dump(Both both, String files, String... options) throws Exception {
    var args = new ArrayList<>(List.of("--files", files));
    args.addAll(List.of(options));
    // What other tests left on the broker is the same for both sides here.
    return both.run("dump-log", args.toArray(String[]::new)).replacing("OTHER", "SIDE").same();
  }

  @Test
  void printsSegments(Both both) throws Exception {
    List<String> files = copied(both, TOPIC + "-0");
    String logs = names(files, ".log");
    assertThat(logs).contains(",");
    dump(both, logs);
    assertThat(dump(both, logs, "--deep-iteration").out())
        .contains("compresscodec: zstd")
        .contains("headerKeys: [first,second]");
    assertThat(dump(both, logs, "--print-data-log").out()).contains("payload: ümläut");
    dump(both, logs, "--print-data-log", "--skip-record-metadata");
    dump(both, logs, "--max-bytes", "2000");
    dump(both, logs, "--key-decoder-class", "org.apache.kafka.tools.api.StringDecoder");
    dump(both, logs, "--value-decoder-class");
    dump(both, logs, "--value-decoder-class", "no.such.Class");
  }

  @Test
  void printsAndVerifiesIndexes(Both both) throws Exception {
    List<String> files = copied(both, TOPIC + "-0");
    String first = names(files, "00000000000000000000.index");
    assertThat(dump(both, first).out()).contains("position: ");
    dump(both, names(files, ".index"), "--verify-index-only");
    dump(both, first, "--index-sanity-check");
    dump(both, names(files, ".index"), "--max-message-size", "100000");
    String firstTimes = names(files, "00000000000000000000.timeindex");
    assertThat(dump(both, firstTimes).out()).contains("timestamp: ");
    dump(both, names(files, ".timeindex"), "--verify-index-only");
    dump(both, firstTimes, "--index-sanity-check");
    dump(both, names(files, ".timeindex"), "--index-sanity-check");
  }

  @Test
  void printsStateBesideTheRecords(Both both) throws Exception {
    List<String> files = copied(both, TOPIC + "-0");
    assertThat(dump(both, names(files, ".snapshot")).out()).contains("producerId: ");
    assertThat(dump(both, names(files, "leader-epoch-checkpoint")).err())
        .contains("Ignoring unknown file");
    dump(both, names(files, "partition.metadata"));
  }

  @Test
  void printsTransactions(@TempDir Path written, Both both) throws Exception {
    KafkaFiles.writeTransactions(written);
    List<String> files = copied(written);
    assertThat(dump(both, names(files, ".log"), "--deep-iteration").out())
        .contains("endTxnMarker: COMMIT")
        .contains("endTxnMarker: ABORT");
    dump(both, names(files, ".log"), "--print-data-log");
    assertThat(dump(both, names(files, ".txnindex")).out()).contains("lastStableOffset: 9");
  }

  @Test
  void findsDamage(Both both) throws Exception {
    List<String> files = copied(both, TOPIC + "-0");
    String log = names(files, "00000000000000000000.log");
    damage(log, flip(200));
    dump(both, log);
    damage(log, append(11));
    dump(both, log);

    String index = names(files, "00000000000000000000.index");
    damage(index, flip(3));
    assertThat(dump(both, index, "--verify-index-only").err())
        .contains("Mismatches in :")
        .contains("Index offset: ");
    damage(index, append(3));
    dump(both, index, "--index-sanity-check");

    String times = names(files, "00000000000000000000.timeindex");
    damage(times, flip(7));
    assertThat(dump(both, times).err()).contains("Found timestamp mismatch in :");
    damage(times, flip(11));
    assertThat(dump(both, times).err())
        .contains("The following indexed offsets are not found in :");
    damage(times, append(5));
    dump(both, times, "--index-sanity-check");

    String snapshot = names(files, ".snapshot").split(",", -1)[0];
    damage(snapshot, flip(20));
    dump(both, snapshot);
    damage(snapshot, flip(0));
    dump(both, snapshot);
    damage(snapshot, _ -> new byte[1]);
    both.run("dump-log", "--files", snapshot)
        .replacing("Snapshot failed schema validation: .*", "Snapshot failed")
        .same();
  }

  @Test
  void findsGaps(Both both) throws Exception {
    List<String> files = copied(both, TOPIC + "-0");
    String last = names(files, ".log").split(",", -1)[1];
    assertThat(dump(both, last, "--deep-iteration").err()).contains("is followed by");
  }

  @Test
  void decodesCommittedOffsets(Both both) throws Exception {
    String offsets = names(copied(both, "__consumer_offsets-0"), ".log");
    assertThat(dump(both, offsets, "--offsets-decoder").out()).contains("\"group\":\"dumpers\"");
    both.run("dump-log", "--files", offsets, "--share-group-state-decoder")
        .replacing("OTHER", "SIDE")
        .replacing("(Error at offset \\d+, skipping).*", "$1")
        .same();
  }

  @Test
  void decodesTransactions(@TempDir Path written, Both both) throws Exception {
    KafkaFiles.writeTransactionStates(written);
    String transactions = names(copied(written), ".log");
    assertThat(dump(both, transactions, "--transaction-log-decoder").out())
        .contains("\"transactionalId\":\"dumper\"");
    both.run("dump-log", "--files", transactions, "--offsets-decoder")
        .replacing("OTHER", "SIDE")
        .replacing("(Error at offset \\d+, skipping).*", "$1")
        .same();
  }

  @Test
  void decodesShareStates(@TempDir Path written, Both both) throws Exception {
    KafkaFiles.writeShareStates(written);
    String states = names(copied(written), ".log");
    assertThat(dump(both, states, "--share-group-state-decoder").out())
        .contains("\"groupId\":\"sharers\"");
  }

  @Test
  void decodesMetadataOfTieredStorage(@TempDir Path written, Both both) throws Exception {
    KafkaFiles.writeRemoteLogMetadata(written);
    Outcome dumped =
        both.run(
                "dump-log",
                "--remote-log-metadata-decoder",
                "--files",
                names(copied(written), ".log"))
            .replacing("(Error at offset \\d+, skipping).*", "$1")
            .same();
    assertThat(dumped.out())
        .contains("state=COPY_SEGMENT_FINISHED")
        .contains("state=DELETE_PARTITION_MARKED");
  }

  @Test
  void decodesClusterMetadata(@TempDir Path written, Both both) throws Exception {
    KafkaFiles.writeClusterMetadata(written);
    Outcome dumped =
        both.run(
                "dump-log", "--cluster-metadata-decoder", "--files", names(copied(written), ".log"))
            .replacing("(Error at \\d+, skipping).*", "$1")
            .same();
    assertThat(dumped.out()).contains("\"type\":\"TOPIC_RECORD\"").contains("\"name\":\"dumped\"");
  }

  @Test
  void treatsOddRequestsAlike(Both both) throws Exception {
    dump(both, "/no/such/00000000000000000000.log");
    dump(both, "/no/such/00000000000000000000.index");
    dump(both, "/no/such/file");
    both.run("dump-log", "--print-data-log").same();
    both.run("dump-log", "--files").same();
    both.run("dump-log", "--bogus").same();
    both.run("dump-log").inOurOwnWords().same();
    both.run("dump-log", "--help").inOurOwnWords().same();
  }
}
