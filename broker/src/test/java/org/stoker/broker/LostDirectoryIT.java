package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/** A log directory that shows only after the broker has registered that it cannot be used. */
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
