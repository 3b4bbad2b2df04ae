package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.base.DiskFullException;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;

/** Many logs made at once: few syncs, and after a power failure each still knows its topic. */
final class LogCreationTest {
  private static final Path DATA = Path.of("/data");
  private static final int MANY = 30;

  private static Path directory(int number) {
    return DATA.resolve("orders-" + number);
  }

  private static Uuid topicId(int number) {
    return new Uuid(7, 1 + number);
  }

  private static final ProducerMemory MEMORY = ProducerMemory.ofHeap(1 << 28, new SimulatedClock());

  private static List<LogCreation.Place> places(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new LogCreation.Place(directory(i), topicId(i), LogConfig.DEFAULT))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void afterAPowerFailureEachKnowsItsTopic(long seed) throws IOException {
    var disk = new SimulatedDisk(seed);
    disk.createDurableDirectories(DATA);
    int[] syncs = {0};
    FileSystemSync sync =
        () -> {
          syncs[0]++;
          new TreeSync(disk, DATA).sync();
        };
    new LogCreation(disk, LogDirectoryConfig.at(DATA), MEMORY, sync).make(places(MANY), 1);

    SimulatedDisk after = disk.powerFailure();

    assertThat(syncs[0]).isEqualTo(2);
    for (int i = 0; i < MANY; i++) {
      var file =
          new PartitionMetadataFile(after, directory(i).resolve(PartitionMetadataFile.FILE_NAME));
      assertThat(file.readTopicId()).as("orders-%d", i).isEqualTo(topicId(i));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void aPowerFailureBetweenLeavesNoHalfOfAnId(long seed) throws IOException {
    var disk = new SimulatedDisk(seed);
    disk.createDurableDirectories(DATA);
    FileSystemSync firstOnly =
        new FileSystemSync() {
          private boolean isSecond;

          @Override
          public void sync() throws IOException {
            if (isSecond) {
              throw new IOException("the power fails");
            }
            isSecond = true;
            new TreeSync(disk, DATA).sync();
          }
        };
    assertThatThrownBy(() ->
            new LogCreation(disk, LogDirectoryConfig.at(DATA), MEMORY, firstOnly)
                .make(places(MANY), 1))
        .isInstanceOf(IOException.class);

    SimulatedDisk after = disk.powerFailure();

    for (int i = 0; i < MANY; i++) {
      var file =
          new PartitionMetadataFile(after, directory(i).resolve(PartitionMetadataFile.FILE_NAME));
      assertThat(file.readTopicId()).as("orders-%d", i).isIn(topicId(i), null);
      assertThat(after.exists(directory(i).resolve("00000000000000000000.log"))).isFalse();
    }
  }

  @Test
  void aFewSyncTheirOwnFiles() throws IOException {
    var disk = new SimulatedDisk(1);
    disk.createDurableDirectories(DATA);
    FileSystemSync never =
        () -> {
          throw new AssertionError("the file system is synced for two logs");
        };
    disk.createDurableDirectories(directory(0));
    disk.createDurableDirectories(directory(1));
    new LogCreation(disk, LogDirectoryConfig.at(DATA), MEMORY, never).make(places(2), 1);

    SimulatedDisk after = disk.powerFailure();

    for (int i = 0; i < 2; i++) {
      var file =
          new PartitionMetadataFile(after, directory(i).resolve(PartitionMetadataFile.FILE_NAME));
      assertThat(file.readTopicId()).isEqualTo(topicId(i));
    }
  }

  @Test
  void withoutRoomForAllNoneIsThere() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, DATA);
    List<LogDirectory.NewLog> wanted =
        IntStream.range(0, 3)
            .mapToObj(i ->
                new LogDirectory.NewLog(
                    new TopicPartition("orders", i), topicId(i), LogConfig.DEFAULT))
            .toList();
    // For the ids of two, not of three.
    disk.limitCapacity(disk.usedBytes() + 100);

    assertThatThrownBy(() -> world.directory.create(wanted)).isInstanceOf(DiskFullException.class);
    world.clock.advanceMs(1);
    disk.limitCapacity(Long.MAX_VALUE);

    assertThat(world.directory.logs()).isEmpty();
    for (int i = 0; i < 3; i++) {
      assertThat(disk.exists(directory(i))).isFalse();
    }
    assertThat(world.directory.create(wanted)).hasSize(3);
  }
}
