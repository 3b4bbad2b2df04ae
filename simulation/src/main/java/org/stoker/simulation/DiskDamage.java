package org.stoker.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.DiskFullException;
import org.stoker.base.TopicPartition;
import org.stoker.records.BatchWalk;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/** What happens to disks, whether a process uses them or not. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class DiskDamage {
  private static final int LONGEST_INDEX_BYTES = 64;
  private static final int GARBAGE_BYTES = 100;
  private static final int ZERO_BYTES = 4_096;
  private static final int FEW_BYTES = 5;
  private static final int LONGEST_DISTANCE = 61;
  // Of a batch; its offset and leader epoch lie before.
  private static final int CHECKED_FROM = 17;
  private static final Pattern PARTITION = Pattern.compile("([\\w-]+)-(\\d+)");

  private final SplitMixSeed seed;
  private final Counters counters;
  private final List<Rot> rots = new ArrayList<>();

  /** A bit that flipped where it lay, and what its byte has been since. */
  private record Rot(int broker, TopicPartition partition, Path file, long position, byte value) {}

  DiskDamage(SplitMixSeed seed, Counters counters) {
    this.seed = seed;
    this.counters = counters;
  }

  /** An empty disk takes the place of the one below this directory. */
  void replace(SimulatedDisk disk, Path directory) {
    try {
      if (disk.exists(directory)) {
        delete(disk, directory);
        disk.syncDirectory(Path.of("/"));
        counters.count(Counters.DISKS_REPLACED);
      }
    } catch (IOException e) {
      throw noProcess(e);
    }
  }

  private static void delete(SimulatedDisk disk, Path path) throws IOException {
    if (disk.isDirectory(path)) {
      for (Path below : disk.list(path)) {
        delete(disk, below);
      }
    }
    disk.delete(path);
  }

  /**
   * One file that repeats what segments say holds other bytes, or none, or is gone: an index, or
   * the leader epochs of a partition.
   */
  void damageAnIndex(SimulatedDisk disk) {
    try {
      List<Path> files = new ArrayList<>();
      for (Path partition : partitions(disk)) {
        disk.list(partition).stream().filter(DiskDamage::isIndex).forEach(files::add);
      }
      if (!files.isEmpty()) {
        Path file = files.get(seed.nextInt(files.size()));
        switch (seed.nextInt(3)) {
          case 0 -> {
            disk.delete(file);
            disk.syncDirectory(parentOf(file));
          }
          case 1 -> change(disk, file, open -> open.setSize(0));
          default -> change(disk, file, this::fillWithGarbage);
        }
        counters.count(Counters.INDEXES_DAMAGED);
      }
    } catch (IOException e) {
      throw noProcess(e);
    }
  }

  private static boolean isIndex(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith("index") || name.equals("leader-epoch-checkpoint");
  }

  private static IllegalStateException noProcess(IOException e) {
    return new IllegalStateException("a disk of which no process is left", e);
  }

  /** The end of one partition's last segment is other than it was; null if there was nothing. */
  @Nullable TopicPartition damageATail(SimulatedDisk disk) {
    try {
      List<Path> segments = new ArrayList<>();
      for (Path partition : partitions(disk)) {
        disk.list(partition).stream()
            .filter(file -> file.toString().endsWith(".log"))
            .reduce((_, last) -> last)
            .ifPresent(segments::add);
      }
      if (segments.isEmpty()) {
        return null;
      }
      Path file = segments.get(seed.nextInt(segments.size()));
      if (disk.sizeBytes(file) == 0 || seed.oneIn(2)) {
        change(disk, file, this::lengthen);
      } else if (seed.oneIn(2)) {
        change(disk, file, open -> open.setSize(Math.max(0, open.sizeBytes() - FEW_BYTES)));
      } else {
        long distance = 1L + seed.nextInt((int) Math.min(LONGEST_DISTANCE, disk.sizeBytes(file)));
        disk.flipBit(file, disk.sizeBytes(file) - distance, seed.nextInt(8));
      }
      counters.count(Counters.TAILS_DAMAGED);
      return partitionOf(parentOf(file));
    } catch (IOException e) {
      throw noProcess(e);
    }
  }

  /**
   * A bit of an old segment flips; null if there is none. What lies above the recovery point would
   * be looked at after a crash, and what no checksum covers would be told to consumers as it is. At
   * most one replica of a partition has such a bit: the others are what it is repaired from.
   */
  @Nullable TopicPartition rot(int broker, SimulatedDisk disk) {
    try {
      List<Path> segments = oldSegments(disk);
      if (segments.isEmpty()) {
        return null;
      }
      Path file = segments.get(seed.nextInt(segments.size()));
      byte[] bytes = disk.contents(file);
      List<Integer> starts = new ArrayList<>(List.of(0));
      var walk = new BatchWalk(ByteBuffer.wrap(bytes));
      while (walk.next()) {
        starts.add(walk.batch().position() + walk.batch().sizeInBytes());
      }
      int batch = seed.nextInt(starts.size() - 1);
      int from = starts.get(batch) + CHECKED_FROM;
      int position = from + seed.nextInt(starts.get(batch + 1) - from);
      disk.flipBit(file, position, seed.nextInt(8));
      TopicPartition partition = partitionOf(parentOf(file));
      rots.add(new Rot(broker, partition, file, position, disk.contents(file)[position]));
      counters.count(Counters.BITS_ROTTED);
      return partition;
    } catch (IOException e) {
      throw noProcess(e);
    }
  }

  private List<Path> oldSegments(SimulatedDisk disk) throws IOException {
    List<Path> old = new ArrayList<>();
    for (Path directory : partitions(disk)) {
      TopicPartition partition = partitionOf(directory);
      if (!partition.topic().startsWith("__")
          && rots.stream().noneMatch(rot -> rot.partition().equals(partition))) {
        var files = new VouchedEpochs(disk);
        List<Path> segments = files.segments(directory);
        long recoveryPoint = files.recoveryPoint(directory);
        for (int i = 0; i + 1 < segments.size(); i++) {
          if (baseOffset(segments.get(i + 1)) <= recoveryPoint
              && disk.sizeBytes(segments.get(i)) > 0) {
            old.add(segments.get(i));
          }
        }
      }
    }
    return old;
  }

  private static long baseOffset(Path segment) {
    return Long.parseLong(nameOf(segment).replace(".log", ""));
  }

  /** Counts the bits that have been put right where they lie. */
  void countRepairs(IntFunction<SimulatedDisk> disks) {
    try {
      for (Rot rot : rots) {
        SimulatedDisk disk = disks.apply(rot.broker());
        if (disk.exists(rot.file())
            && disk.sizeBytes(rot.file()) > rot.position()
            && disk.contents(rot.file())[(int) rot.position()] != rot.value()) {
          counters.count(Counters.BITS_REPAIRED);
        }
      }
    } catch (IOException e) {
      throw noProcess(e);
    }
  }

  private interface Change {
    void of(DiskFile file) throws IOException;
  }

  /** Durably: what a disk has lost comes back with no power failure. */
  private static void change(SimulatedDisk disk, Path file, Change change) throws IOException {
    try (DiskFile open = disk.open(file, Disk.OpenMode.WRITE)) {
      change.of(open);
      open.sync();
    } catch (DiskFullException _) {
      // Whatever there was room for has been written.
    }
  }

  private void fillWithGarbage(DiskFile file) throws IOException {
    file.setSize(0);
    file.write(garbage(1 + seed.nextInt(LONGEST_INDEX_BYTES)), 0);
  }

  private void lengthen(DiskFile file) throws IOException {
    ByteBuffer more = seed.oneIn(2) ? garbage(GARBAGE_BYTES) : ByteBuffer.allocate(ZERO_BYTES);
    file.write(more, file.sizeBytes());
  }

  private ByteBuffer garbage(int size) {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining()) {
      bytes.put((byte) seed.nextInt(256));
    }
    return bytes.flip();
  }

  // ---- Partitions.

  /** The directories of partitions that are in use. */
  static List<Path> partitions(SimulatedDisk disk) throws IOException {
    List<Path> partitions = new ArrayList<>();
    for (Path directory : SimulatedBroker.DIRECTORIES) {
      for (Path below : disk.exists(directory) ? disk.list(directory) : List.<Path>of()) {
        if (disk.isDirectory(below) && PARTITION.matcher(nameOf(below)).matches()) {
          partitions.add(below);
        }
      }
    }
    return partitions;
  }

  static TopicPartition partitionOf(Path directory) {
    Matcher name = PARTITION.matcher(nameOf(directory));
    if (!name.matches()) {
      throw new IllegalArgumentException(directory + " is of no partition");
    }
    return new TopicPartition(name.group(1), Integer.parseInt(name.group(2)));
  }

  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static Path parentOf(Path path) {
    return Objects.requireNonNull(path.getParent());
  }

  /** What an operator does with a partition that stays offline while others have its records. */
  static void takeAway(SimulatedDisk disk, Path partition) {
    try {
      if (disk.exists(partition)) {
        delete(disk, partition);
        disk.syncDirectory(parentOf(partition));
      }
    } catch (IOException e) {
      throw noProcess(e);
    }
  }
}
