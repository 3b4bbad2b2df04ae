package org.stoker.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What only the machine's disk does; what every disk does is in the testkit's contract. */
final class FileDiskTest {
  private static final Path ALWAYS_FULL = Path.of("/dev/full");

  private final FileDisk disk = new FileDisk();
  @TempDir Path directory = Path.of("/");

  @Test
  void anInterruptedThreadReadsAndWritesAndStaysInterrupted() throws IOException {
    Path path = directory.resolve("a");
    try (DiskFile file = disk.open(path, Disk.OpenMode.CREATE)) {
      Thread.currentThread().interrupt();

      file.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
      file.sync();
      file.setSize(1);
      assertThat(file.sizeBytes()).isEqualTo(1);
      assertThat(file.read(ByteBuffer.allocate(1), 0)).isEqualTo(1);
      disk.syncDirectory(directory);

      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  @EnabledIf("thereIsADeviceThatIsAlwaysFull")
  void aFullDiskIsToldFromABrokenOne() throws IOException {
    try (DiskFile file = disk.open(ALWAYS_FULL, Disk.OpenMode.WRITE)) {
      assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1), 0))
          .isInstanceOf(DiskFullException.class)
          .hasMessageContaining(ALWAYS_FULL.toString())
          .hasMessageContaining(DiskFullException.NO_SPACE);
    }
  }

  static boolean thereIsADeviceThatIsAlwaysFull() {
    return Files.isWritable(ALWAYS_FULL);
  }

  @Test
  void twoDisksOfOneProcessShareItsLocks() throws Exception {
    Path path = directory.resolve(".lock");

    try (AutoCloseable lock = disk.tryLock(path)) {
      assertThat(lock).isNotNull();
      assertThat(new FileDisk().tryLock(path)).isNull();
    }
  }

  @Test
  void aRefusedAttemptOfThisProcessDoesNotLetAnotherProcessIn() throws Exception {
    Path path = directory.resolve(".lock");
    AutoCloseable lock = Objects.requireNonNull(disk.tryLock(path));
    assertThat(disk.tryLock(path)).isNull();

    assertThat(lockInAnotherProcess(path)).isEqualTo(LockAttempt.REFUSED);
    lock.close();
    assertThat(lockInAnotherProcess(path)).isEqualTo(LockAttempt.TAKEN);
  }

  private static int lockInAnotherProcess(Path path) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                LockAttempt.class.getName(),
                path.toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** Another process that tries to take a lock and tells by its exit code. */
  static final class LockAttempt {
    static final int TAKEN = 10;
    static final int REFUSED = 11;

    private LockAttempt() {}

    public static void main(String[] arguments) throws IOException {
      boolean taken = new FileDisk().tryLock(Path.of(arguments[0])) != null;
      System.exit(taken ? TAKEN : REFUSED);
    }
  }

  @Test
  void namesTheFileThatFailed() throws IOException {
    Path path = directory.resolve("a");
    DiskFile file = disk.open(path, Disk.OpenMode.CREATE);
    file.close();

    assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(path.toString());
    assertThatThrownBy(() -> disk.rename(directory.resolve("x"), path))
        .hasMessageContaining(directory.resolve("x").toString());
  }

  @Test
  void offersTheChannelForSendfile() throws IOException {
    try (DiskFile file = disk.open(directory.resolve("a"), Disk.OpenMode.CREATE)) {
      assertThat(file.channel()).isNotNull();
    }
  }
}
