package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.stoker.base.Clock;

/** What the disk alone can do, without any broker: one thread appends and syncs. */
final class RawDisk {
  static final Metric SYNCS = Metric.info("raw fdatasync", "per s");

  private static final int APPENDED = 1_000;
  private static final long HOW_LONG_NS = TimeUnit.SECONDS.toNanos(1);

  private RawDisk() {}

  static double syncsPerSecond(Path directory, Clock clock) throws IOException {
    Path file = directory.resolve("raw-disk");
    ByteBuffer bytes = ByteBuffer.allocateDirect(APPENDED);
    long syncs = 0;
    long startNs = clock.monotonicNs();
    long nowNs = startNs;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (nowNs - startNs < HOW_LONG_NS) {
        channel.write(bytes.rewind());
        channel.force(false);
        syncs++;
        nowNs = clock.monotonicNs();
      }
    } finally {
      Files.deleteIfExists(file);
    }
    return syncs * 1e9 / (nowNs - startNs);
  }
}
