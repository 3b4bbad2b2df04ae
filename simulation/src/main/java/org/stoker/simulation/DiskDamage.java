package org.stoker.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.stoker.base.ConfinedTo;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/** What happens to disks while no process uses them. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class DiskDamage {
  private static final int LONGEST_INDEX_BYTES = 64;
  private static final int GARBAGE_BYTES = 100;
  private static final int ZERO_BYTES = 4_096;
  private static final int FEW_BYTES = 5;
  private static final int HEADER_BYTES = 61;

  private final SplitMixSeed seed;
  private final Counters counters;

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
      throw new IllegalStateException("a disk of which no process is left", e);
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

  /** One index, of offsets or of times, is of other bytes, or of none. */
  void damageAnIndex(SimulatedDisk disk) {
    damage(disk, Counters.INDEXES_DAMAGED, "index", this::randomBytes);
  }

  /** The end of one partition's last segment is other than it was closed. */
  void damageATail(SimulatedDisk disk) {
    damage(disk, Counters.TAILS_DAMAGED, ".log", this::withDamagedEnd);
  }

  private interface Change {
    byte[] of(byte[] bytes);
  }

  private void damage(SimulatedDisk disk, String counter, String suffix, Change change) {
    try {
      List<Path> files = lastFiles(disk, suffix);
      if (!files.isEmpty()) {
        Path file = files.get(seed.nextInt(files.size()));
        disk.put(file, change.of(disk.contents(file)));
        counters.count(counter);
      }
    } catch (IOException e) {
      throw new IllegalStateException("a disk of which no process is left", e);
    }
  }

  /** Of each partition's files that end like this the one with the greatest name. */
  private static List<Path> lastFiles(SimulatedDisk disk, String suffix) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path directory : SimulatedBroker.DIRECTORIES) {
      for (Path partition : disk.exists(directory) ? disk.list(directory) : List.<Path>of()) {
        if (disk.isDirectory(partition)) {
          disk.list(partition).stream()
              .filter(file -> file.toString().endsWith(suffix))
              .reduce((_, last) -> last)
              .ifPresent(files::add);
        }
      }
    }
    return files;
  }

  private byte[] randomBytes(byte[] before) {
    return random(seed.nextInt(LONGEST_INDEX_BYTES));
  }

  private byte[] random(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) seed.nextInt(256);
    }
    return bytes;
  }

  private byte[] withDamagedEnd(byte[] bytes) {
    byte[] damaged;
    switch (seed.nextInt(4)) {
      case 0 -> {
        byte[] garbage = random(GARBAGE_BYTES);
        damaged = Arrays.copyOf(bytes, bytes.length + GARBAGE_BYTES);
        System.arraycopy(garbage, 0, damaged, bytes.length, GARBAGE_BYTES);
      }
      case 1 -> damaged = Arrays.copyOf(bytes, bytes.length + ZERO_BYTES);
      case 2 -> damaged = Arrays.copyOf(bytes, Math.max(0, bytes.length - FEW_BYTES));
      default -> {
        damaged = bytes.clone();
        if (bytes.length > HEADER_BYTES) {
          damaged[bytes.length - 1 - seed.nextInt(HEADER_BYTES)] ^= 0x10;
        }
      }
    }
    return damaged;
  }
}
