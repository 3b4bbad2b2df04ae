package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/** Log directories that are away when the broker starts, and those that come back. */
final class LostDirectoryIT {
  private static final String CHECKPOINT = "recovery-point-offset-checkpoint";

  @TempDir Path temporary;

  /** A disk on which a directory's checkpoint cannot be opened. */
  private static final class UnreadableCheckpoint extends DiskOnTop {
    private final Path directory;

    UnreadableCheckpoint(Disk below, Path directory) {
      super(below);
      this.directory = directory;
    }

    @Override
    public DiskFile open(Path file, OpenMode mode) throws IOException {
      if (file.equals(directory.resolve(CHECKPOINT))) {
        throw new IOException("Input/output error");
      }
      return super.open(file, mode);
    }
  }

  @Test
  void theControllerLearnsThatItsReplicasAreGoneAndLaterThatTheyAreBack() throws Exception {
    Path first = temporary.resolve("first");
    Path second = temporary.resolve("second");
    Map<String, String> settings = Map.of("log.dirs", first + "," + second);
    List<TopicPartitionInfo> before;
    int lost;
    try (BrokerInside broker = BrokerInside.start(temporary, settings, disk -> disk);
        Admin admin = adminOf(broker)) {
      admin.createTopics(List.of(new NewTopic("halves", 2, (short) 1))).all().get();
      before = partitions(admin);
      lost = Files.exists(second.resolve("halves-0")) ? 0 : 1;
    }

    List<TopicPartitionInfo> without;
    try (BrokerInside broker =
            BrokerInside.start(
                temporary, settings, disk -> new UnreadableCheckpoint(disk, second));
        Admin admin = adminOf(broker)) {
      without = partitions(admin);
      assertThat(offlineReplicas(broker, lost)).isEqualTo(1);
      assertThat(offlineReplicas(broker, 1 - lost)).isZero();
      var directories =
          Objects.requireNonNull(admin.describeLogDirs(List.of(0)).allDescriptions().get().get(0));
      assertThat(directories.keySet())
          .containsExactlyInAnyOrder(first.toString(), second.toString());
      assertThat(Objects.requireNonNull(directories.get(second.toString())).error())
          .isInstanceOf(KafkaStorageException.class);
    }
    List<TopicPartitionInfo> again;
    try (BrokerInside broker = BrokerInside.start(temporary, settings, disk -> disk);
        Admin admin = adminOf(broker)) {
      again = partitions(admin);
    }

    assertThat(before).allMatch(LostDirectoryIT::hasLeader);
    assertThat(hasLeader(without.get(lost))).isFalse();
    assertThat(hasLeader(without.get(1 - lost))).isTrue();
    assertThat(again).allMatch(LostDirectoryIT::hasLeader);
  }

  private static int offlineReplicas(BrokerInside broker, int partition) {
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.address()),
            new StringDeserializer(),
            new StringDeserializer())) {
      return consumer.partitionsFor("halves").stream()
          .filter(info -> info.partition() == partition)
          .mapToInt(info -> info.offlineReplicas().length)
          .sum();
    }
  }

  /** As when the partition left this broker and came back while the directory was away. */
  @Test
  void anOldCopyInADirectoryThatComesBackIsSetAside() throws Exception {
    Path first = temporary.resolve("first");
    Path second = temporary.resolve("second");
    Path home;
    try (BrokerInside broker = start(first, second)) {
      send(broker, "one");
      home = Files.exists(first.resolve("kept-0")) ? first : second;
    }
    Path old = temporary.resolve("old");
    copy(home.resolve("kept-0"), old);
    try (BrokerInside broker = start(first, second)) {
      send(broker, "two");
    }

    Path away = home.equals(first) ? second : first;
    Files.move(old, away.resolve("kept-0"));
    // Named first, so that it is found first.
    try (BrokerInside broker = start(away, home)) {
      assertThat(send(broker, "three")).isEqualTo(2);
    }

    try (Stream<Path> left = Files.list(away)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .filteredOn(name -> name.startsWith("kept-0"))
          .singleElement()
          .asString()
          .endsWith("-stray");
    }
  }

  private BrokerInside start(Path first, Path second) throws Exception {
    return BrokerInside.start(temporary, Map.of("log.dirs", first + "," + second), disk -> disk);
  }

  /** Returns the record's offset. */
  private static long send(BrokerInside broker, String value) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.address(), "acks", "all"),
            new StringSerializer(),
            new StringSerializer())) {
      return producer.send(new ProducerRecord<>("kept", 0, null, value)).get().offset();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static Admin adminOf(BrokerInside broker) {
    return Admin.create(Map.of("bootstrap.servers", broker.address()));
  }

  private static List<TopicPartitionInfo> partitions(Admin admin) throws Exception {
    var topics = admin.describeTopics(List.of("halves")).allTopicNames().get();
    return Objects.requireNonNull(topics.get("halves")).partitions();
  }

  private static boolean hasLeader(TopicPartitionInfo partition) {
    Node leader = partition.leader();
    return leader != null && !leader.isEmpty();
  }
}
