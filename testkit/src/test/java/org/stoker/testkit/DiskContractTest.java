package org.stoker.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.base.Disk;
import org.stoker.base.Disk.OpenMode;
import org.stoker.base.DiskFile;
import org.stoker.base.FileDisk;

/** What every disk does, the machine's and the simulated one alike. */
@ParameterizedClass
@EnumSource(DiskContractTest.Which.class)
final class DiskContractTest {
  enum Which {
    MACHINE,
    SIMULATED
  }

  @Parameter Which which;
  @TempDir Path directory;
  private Disk disk;
  private Path file;

  DiskContractTest() {
    this.which = Which.MACHINE;
    this.directory = Path.of("/");
    this.disk = new FileDisk();
    this.file = directory;
  }

  @BeforeEach
  void chooseDisk() throws IOException {
    disk =
        switch (which) {
          case MACHINE -> new FileDisk();
          case SIMULATED -> new SimulatedDisk(1);
        };
    disk.createDirectories(directory);
    file = directory.resolve("a");
  }

  private void write(Path path, String text) throws IOException {
    try (DiskFile open = disk.open(path, OpenMode.CREATE)) {
      open.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }
  }

  private String read(Path path) throws IOException {
    try (DiskFile open = disk.open(path, OpenMode.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) open.sizeBytes());
      while (bytes.hasRemaining()) {
        assertThat(open.read(bytes, bytes.position())).isPositive();
      }
      return new String(bytes.array(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void readsWhatWasWrittenAtItsPosition() throws IOException {
    try (DiskFile open = disk.open(file, OpenMode.CREATE)) {
      open.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
      open.write(ByteBuffer.wrap(new byte[] {9}), 5);

      ByteBuffer bytes = ByteBuffer.allocate(10);
      while (open.read(bytes, bytes.position()) >= 0) {
        assertThat(bytes.position()).isPositive();
      }
      assertThat(bytes.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 0, 0, 9}));
    }
  }

  @Test
  void writesAllOfADirectOrAHeapBufferAndLeavesItDrained() throws IOException {
    byte[] large = new byte[700_000];
    new SplitMixSeed(5).nextLong();
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31);
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(large.length).put(large).flip();
    ByteBuffer heap = ByteBuffer.wrap(large);

    try (DiskFile open = disk.open(file, OpenMode.CREATE)) {
      open.write(heap, 0);
      open.write(direct, large.length);

      assertThat(heap.hasRemaining()).isFalse();
      assertThat(direct.hasRemaining()).isFalse();
      assertThat(open.sizeBytes()).isEqualTo(2L * large.length);
      ByteBuffer back = ByteBuffer.allocate(large.length);
      while (back.hasRemaining()) {
        assertThat(open.read(back, large.length + back.position())).isPositive();
      }
      assertThat(back.array()).isEqualTo(large);
    }
  }

  @Test
  void readsNothingAtOrPastTheEnd() throws IOException {
    write(file, "abc");

    try (DiskFile open = disk.open(file, OpenMode.READ)) {
      assertThat(open.read(ByteBuffer.allocate(1), 3)).isEqualTo(-1);
      assertThat(open.read(ByteBuffer.allocate(1), 300)).isEqualTo(-1);
    }
  }

  @Test
  void cutsAFileAndLengthensItWithZeros() throws IOException {
    try (DiskFile open = disk.open(file, OpenMode.CREATE)) {
      open.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);

      open.setSize(2);
      open.setSize(4);
    }

    assertThat(read(file)).isEqualTo("\u0001\u0002\u0000\u0000");
  }

  @Test
  void refusesToWriteThroughAFileOpenedForReading() throws IOException {
    write(file, "abc");

    try (DiskFile open = disk.open(file, OpenMode.READ)) {
      assertThatThrownBy(() -> open.write(ByteBuffer.allocate(1), 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString());
      assertThatThrownBy(() -> open.setSize(0)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void opensOnlyWhatExistsUnlessToldToCreate() throws IOException {
    assertThatThrownBy(() -> disk.open(file, OpenMode.READ))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(file.toString());
    assertThatThrownBy(() -> disk.open(file, OpenMode.WRITE))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.open(directory.resolve("no/a"), OpenMode.CREATE))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.open(directory, OpenMode.READ)).isInstanceOf(IOException.class);
    assertThat(disk.exists(file)).isFalse();

    disk.open(file, OpenMode.CREATE).close();

    assertThat(disk.exists(file)).isTrue();
    assertThat(disk.isDirectory(file)).isFalse();
    assertThat(disk.isDirectory(directory)).isTrue();
  }

  @Test
  void aFileCreatedTwiceKeepsItsBytes() throws IOException {
    write(file, "abc");

    disk.open(file, OpenMode.CREATE).close();

    assertThat(read(file)).isEqualTo("abc");
    assertThat(disk.sizeBytes(file)).isEqualTo(3);
  }

  @Test
  void refusesAFileThatWasClosed() throws IOException {
    DiskFile open = disk.open(file, OpenMode.CREATE);
    open.close();
    open.close();

    assertThatThrownBy(() -> open.write(ByteBuffer.allocate(1), 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
    assertThatThrownBy(open::sync).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> open.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
  }

  @Test
  void listsTheEntriesByName() throws IOException {
    write(directory.resolve("c"), "");
    write(directory.resolve("a"), "");
    disk.createDirectories(directory.resolve("b/deep"));

    assertThat(disk.list(directory))
        .containsExactly(directory.resolve("a"), directory.resolve("b"), directory.resolve("c"));
    assertThatThrownBy(() -> disk.list(directory.resolve("x")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.list(file)).isInstanceOf(NotDirectoryException.class);
  }

  @Test
  void makesNoDirectoryWhereAFileIs() throws IOException {
    write(file, "");
    disk.createDirectories(directory);

    assertThatThrownBy(() -> disk.createDirectories(file))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aRenameReplacesAFileAndAnOpenOneStaysUsable() throws IOException {
    write(file, "new");
    Path target = directory.resolve("b");
    write(target, "old");

    try (DiskFile open = disk.open(file, OpenMode.WRITE)) {
      disk.rename(file, target);
      open.write(ByteBuffer.wrap(new byte[] {'N'}), 0);
    }

    assertThat(disk.exists(file)).isFalse();
    assertThat(read(target)).isEqualTo("New");
    assertThatThrownBy(() -> disk.rename(file, target)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void renamesADirectoryWithAllThatIsInIt() throws IOException {
    Path from = directory.resolve("from");
    disk.createDirectories(from);
    write(from.resolve("a"), "abc");

    disk.rename(from, directory.resolve("to"));

    assertThat(read(directory.resolve("to").resolve("a"))).isEqualTo("abc");
    assertThat(disk.exists(from)).isFalse();
  }

  @Test
  void deletesFilesAndEmptyDirectoriesAndWhatIsNotThere() throws IOException {
    Path sub = directory.resolve("sub");
    disk.createDirectories(sub);
    write(sub.resolve("a"), "abc");

    assertThatThrownBy(() -> disk.delete(sub)).isInstanceOf(DirectoryNotEmptyException.class);
    disk.delete(sub.resolve("a"));
    disk.delete(sub);
    disk.delete(sub);

    assertThat(disk.exists(sub)).isFalse();
  }

  @Test
  void aDeletedFileThatIsOpenCanStillBeRead() throws IOException {
    write(file, "abc");

    try (DiskFile open = disk.open(file, OpenMode.READ)) {
      disk.delete(file);

      assertThat(open.read(ByteBuffer.allocate(1), 0)).isEqualTo(1);
    }
  }

  @Test
  void syncsFilesAndDirectories() throws IOException {
    try (DiskFile open = disk.open(file, OpenMode.CREATE)) {
      open.write(ByteBuffer.allocate(1), 0);
      open.sync();
    }
    disk.syncDirectory(directory);

    assertThatThrownBy(() -> disk.syncDirectory(directory.resolve("x")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void oneHolderHasTheLockUntilItIsClosed() throws Exception {
    AutoCloseable lock = Objects.requireNonNull(disk.tryLock(file));

    assertThat(disk.tryLock(file)).isNull();
    assertThat(disk.tryLock(directory.resolve(".").resolve("a"))).isNull();
    lock.close();
    lock.close();

    try (AutoCloseable again = disk.tryLock(file)) {
      assertThat(again).isNotNull();
      // Whoever had it before has no say any more.
      lock.close();
      assertThat(disk.tryLock(file)).isNull();
    }
  }

  @Test
  void knowsHowMuchMoreFitsAndWhenAFileChanged() throws IOException {
    write(file, "abc");

    assertThat(disk.usableBytes(directory)).isPositive();
    assertThat(disk.lastModifiedMs(file)).isPositive();
    assertThatThrownBy(() -> disk.usableBytes(directory.resolve("x")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.sizeBytes(directory.resolve("x")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
