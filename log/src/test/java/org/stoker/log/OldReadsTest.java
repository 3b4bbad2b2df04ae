package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.FileDisk;
import org.stoker.records.FileRecordBytes;

/** Whether records of an earlier process are in the page cache is asked of the kernel. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class OldReadsTest {
  private static final int FADV_DONTNEED = 4;
  private static final int MOST_BYTES = 1 << 20;

  // Below the build's own directory: a temporary file system has nothing but its cache.
  @TempDir(factory = BuildDirectory.class)
  Path root;

  private LogWorld world;
  private Log log;

  @BeforeEach
  void openAgain() throws Exception {
    var before = new LogWorld(new FileDisk(), root);
    Log written = before.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    for (int i = 0; i < 20; i++) {
      before.append(written, Batches.of(i, "x".repeat(50_000)));
    }
    before.stop();
    world = new LogWorld(new FileDisk(), root);
    log = world.orders();
  }

  @AfterEach
  void stop() {
    world.stop();
  }

  private FileRecordBytes read() {
    if (log.read(0, MOST_BYTES, Long.MAX_VALUE, true) instanceof ReadOutcome.Data data
        && data.records() instanceof FileRecordBytes bytes) {
      return bytes;
    }
    throw new AssertionError("nothing to read, or not from a file");
  }

  private boolean isCached() {
    FileRecordBytes bytes = read();
    boolean isCached = bytes.isCached();
    bytes.release();
    return isCached;
  }

  /** What the stop wrote is on the disk, so the kernel may drop its pages, and does. */
  private void evict() throws IOException {
    LinuxCalls calls = Objects.requireNonNull(LinuxCalls.bound());
    Path segment = root.resolve("orders-3/00000000000000000000.log");
    int descriptor = calls.open(segment, LinuxCalls.O_RDONLY_CLOEXEC);
    int refusal = calls.advise(descriptor, FADV_DONTNEED);
    calls.close(descriptor, segment);
    assertThat(refusal).isZero();
    // A file system that is nothing but cache keeps all of it, and there is nothing to see.
    assumeThat(isFirstPageResident(segment)).isFalse();
  }

  private static boolean isFirstPageResident(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, 1).isLoaded();
    }
  }

  @Test
  void theFirstReadGoesToAReaderThreadAndTheNextOnlyIfItWasNotCached() throws IOException {
    assertThat(log.isCold(0, false)).isTrue();

    assertThat(isCached()).isTrue();
    assertThat(log.isCold(0, false)).isFalse();

    evict();
    assertThat(isCached()).isFalse();
    assertThat(log.isCold(0, false)).isTrue();
  }

  @Test
  void warmingBringsAllOfItIntoTheCache() throws IOException {
    evict();
    FileRecordBytes bytes = read();
    assertThat(bytes.isCached()).isFalse();

    bytes.warm();

    assertThat(bytes.isCached()).isTrue();
    bytes.release();
  }

  @Test
  void aReadBringsNothingThatNobodyAskedFor() throws IOException {
    evict();
    if (!(log.read(0, 60_000, Long.MAX_VALUE, true) instanceof ReadOutcome.Data first
        && first.records() instanceof FileRecordBytes start)) {
      throw new AssertionError("nothing to read");
    }
    start.warm();
    assertThat(start.isCached()).isTrue();
    start.release();

    if (!(log.read(12, 60_000, Long.MAX_VALUE, true) instanceof ReadOutcome.Data later
        && later.records() instanceof FileRecordBytes middle)) {
      throw new AssertionError("nothing to read");
    }
    assertThat(middle.isCached()).isFalse();
    middle.release();
  }

  @Test
  void whatIsGoneMeanwhileIsNotWarmedAndSaysNothing() throws IOException {
    FileRecordBytes bytes = read();
    new FileDisk().delete(root.resolve("orders-3/00000000000000000000.log"));

    assertThatCode(bytes::warm).doesNotThrowAnyException();

    bytes.release();
    world.directory.stopForCrash();
  }
}
