package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.base.FileDisk;
import org.stoker.base.TopicPartition;
import org.stoker.testkit.DiskFault;
import org.stoker.testkit.SimulatedDisk;

/** What a stop in the middle of something leaves, and what a start makes of it. */
final class LeftoversTest {
  private static final List<String> KINDS =
      List.of(SegmentFiles.LOG, SegmentFiles.OFFSET_INDEX, SegmentFiles.TIME_INDEX);
  private static final LogConfig SMALL =
      LogConfig.DEFAULT.withSegment(
          LogConfig.DEFAULT.segment().withSegmentSizeBytes(300).withIndexIntervalBytes(0));

  @TempDir Path root;

  private Path partition() {
    return root.resolve(LogWorld.ORDERS.toString());
  }

  private LogWorld open() throws LogDirectoryException {
    return new LogWorld(new FileDisk(), LogDirectoryConfig.at(root).withReserveBytes(0), SMALL);
  }

  /** Five segments of two records, closed. */
  private void writeFiveSegments() throws LogDirectoryException {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, SMALL);
    for (int i = 0; i < 10; i++) {
      world.append(log, Batches.of(100 + i, ("" + i).repeat(50)));
    }
    assertThat(log.segmentCount()).isEqualTo(5);
    world.stop();
  }

  private static Path file(Path directory, long baseOffset, String suffix) {
    return SegmentFiles.file(directory, baseOffset, suffix);
  }

  private static List<String> namesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(SegmentFiles::nameOf)
          .filter(name -> KINDS.stream().anyMatch(name::contains))
          .sorted()
          .toList();
    }
  }

  private static void rename(Path directory, long baseOffset, String suffix) throws IOException {
    for (String kind : KINDS) {
      Path file = file(directory, baseOffset, kind);
      Files.move(file, Path.of(file + suffix));
    }
  }

  /**
   * Gives the files of the second segment, as a cleaner would that wrote the third into it, under a
   * name that says how far it came.
   */
  private static void clean(Path directory, String suffix) throws IOException {
    byte[] second = Files.readAllBytes(file(directory, 2, SegmentFiles.LOG));
    byte[] third = Files.readAllBytes(file(directory, 4, SegmentFiles.LOG));
    byte[] both = java.util.Arrays.copyOf(second, second.length + third.length);
    System.arraycopy(third, 0, both, second.length, third.length);
    Files.write(Path.of(file(directory, 2, SegmentFiles.LOG) + suffix), both);
    for (String kind : KINDS.subList(1, 3)) {
      Path index = file(directory, 2, kind);
      Files.copy(index, Path.of(index + suffix));
    }
  }

  /** How far whoever was stopped had come. */
  enum Stop {
    SEGMENT_WAITS_TO_BE_REMOVED {
      @Override
      void leave(Path directory) throws IOException {
        rename(directory, 0, SegmentFiles.DELETED);
      }
    },
    CLEANER_HAD_WRITTEN_HALF {
      @Override
      void leave(Path directory) throws IOException {
        clean(directory, SegmentFiles.CLEANED);
      }
    },
    CLEANER_HAD_BEGUN_TO_SWAP {
      @Override
      void leave(Path directory) throws IOException {
        clean(directory, SegmentFiles.SWAP);
        Files.move(
            Path.of(file(directory, 2, SegmentFiles.OFFSET_INDEX) + SegmentFiles.SWAP),
            Path.of(file(directory, 2, SegmentFiles.OFFSET_INDEX) + SegmentFiles.CLEANED));
      }
    },
    CLEANER_WAS_ABOUT_TO_SWAP {
      @Override
      void leave(Path directory) throws IOException {
        clean(directory, SegmentFiles.SWAP);
      }
    },
    CLEANER_HAD_TAKEN_OUT_THE_OLD_ONES {
      @Override
      void leave(Path directory) throws IOException {
        clean(directory, SegmentFiles.SWAP);
        rename(directory, 2, SegmentFiles.DELETED);
        rename(directory, 4, SegmentFiles.DELETED);
      }
    },
    CLEANER_HAD_SWAPPED_THE_INDEXES {
      @Override
      void leave(Path directory) throws IOException {
        clean(directory, SegmentFiles.SWAP);
        rename(directory, 2, SegmentFiles.DELETED);
        rename(directory, 4, SegmentFiles.DELETED);
        for (String kind : KINDS.subList(1, 3)) {
          Path index = file(directory, 2, kind);
          Files.move(Path.of(index + SegmentFiles.SWAP), index);
        }
      }
    };

    abstract void leave(Path directory) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void areClearedAsKafkaClearsThem(Stop stop) throws Exception {
    writeFiveSegments();
    stop.leave(partition());
    Path theirs = Files.createDirectories(root.resolveSibling(root.getFileName() + "-kafka"));
    Path theirPartition = Files.createDirectories(theirs.resolve(LogWorld.ORDERS.toString()));
    copyAll(partition(), theirPartition);

    var kafka =
        new KafkaLog(
            theirPartition,
            true,
            10,
            Map.of(KafkaLog.SEGMENT_BYTES, "300", "index.interval.bytes", "0"),
            Time.SYSTEM);
    List<Long> theirSegments =
        kafka.log.logSegments().stream().map(segment -> segment.baseOffset()).toList();
    java.nio.ByteBuffer theirBytes = kafka.allBytes();
    kafka.close();
    LogWorld world = open();
    Log log = world.orders();

    assertThat(log.view().segments().stream().map(Segment::baseOffset)).isEqualTo(theirSegments);
    assertThat(log.sizeBytes()).isEqualTo(theirBytes.remaining());
    assertThat(Batches.valuesFrom(log, log.logStartOffset(), 1 << 20))
        .isEqualTo(Batches.values(theirBytes));
    assertThat(namesIn(partition()))
        .noneMatch(name -> name.endsWith(SegmentFiles.DELETED))
        .noneMatch(name -> name.endsWith(SegmentFiles.CLEANED))
        .noneMatch(name -> name.endsWith(SegmentFiles.SWAP))
        .isEqualTo(namesIn(theirPartition));
    world.stop();
    deleteAll(theirs);
  }

  private static void copyAll(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            to.resolve(Objects.requireNonNull(file.getFileName())),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void deleteAll(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  // ---- Whole directories.

  @Test
  void directoriesOnTheirWayOutAreRemovedAndThoseSetAsideStay() throws Exception {
    LogWorld first = open();
    Log deleted = first.create(LogWorld.ORDERS, SMALL);
    Log stray = first.create(new TopicPartition("stray", 0), SMALL);
    first.append(stray, Batches.of(1, "kept"));
    LogWorld.runOnLane(deleted, () -> first.directory.delete(deleted));
    LogWorld.runOnLane(stray, () -> first.directory.setAsStray(stray, "belongs to no topic"));
    first.directory.stopForCrash();
    Path future = Files.createDirectories(root.resolve("orders-3.0a1b-future"));
    Path unknown = Files.createDirectories(root.resolve("lost+found"));
    assertThat(deleted.directory()).exists();

    LogWorld second = open();
    second.clock.advanceMs(1);

    assertThat(second.directory.logs()).isEmpty();
    assertThat(second.directory.refused()).isEmpty();
    assertThat(deleted.directory()).doesNotExist();
    assertThat(stray.directory()).exists();
    assertThat(future).exists();
    assertThat(unknown).exists();
    second.stop();
  }

  @Test
  void whatWasSetAsideCanBePutBack() throws Exception {
    LogWorld first = open();
    Log stray = first.create(LogWorld.ORDERS, SMALL);
    first.append(stray, Batches.of(1, "kept"));
    first.flush();
    LogWorld.runOnLane(stray, () -> first.directory.setAsStray(stray, "belongs to no topic"));
    first.stop();
    Files.move(stray.directory(), partition());

    LogWorld second = open();

    assertThat(Batches.valuesFrom(second.orders(), 0, 100)).isEqualTo(List.of("kept"));
    second.stop();
  }

  // ---- A directory that cannot be used.

  @Test
  void aDirectoryThatCannotBeLoadedKeepsNoLock() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    world.stop();
    disk.arm(DiskFault.next(DiskFault.Kind.DELETE, path -> path.endsWith(".kafka_cleanshutdown")));

    assertThatThrownBy(() -> new LogWorld(disk, root))
        .isInstanceOf(LogDirectoryException.class)
        .hasMessageContaining("cannot be opened");

    assertThat(new LogWorld(disk, root).directory.isOnline()).isTrue();
  }

  @Test
  void aDirectoryThatDoesNotSayWhoseItIsKeepsNoLock() throws Exception {
    var disk = new SimulatedDisk(1);
    new LogWorld(disk, root).stop();
    disk.arm(DiskFault.next(DiskFault.Kind.READ, path -> path.endsWith("meta.properties")));

    assertThatThrownBy(() -> new LogWorld(disk, root))
        .isInstanceOf(LogDirectoryException.class)
        .hasMessageContaining("cannot be read");

    assertThat(new LogWorld(disk, root).directory.isOnline()).isTrue();
  }
}
