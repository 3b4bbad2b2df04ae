package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.testkit.DiskFault;
import org.stoker.testkit.SimulatedDisk;

final class AtomicFileTest {
  private static final Path DIRECTORY = Path.of("/log");
  private static final Path FILE = DIRECTORY.resolve("checkpoint");
  private static final String OLD = "old ".repeat(2000);
  private static final String NEW = "new ".repeat(3000);
  private static final int SEEDS = 200;

  private static SimulatedDisk diskWithOldFile(long seed) throws IOException {
    var disk = new SimulatedDisk(seed);
    disk.createDurableDirectories(DIRECTORY);
    new AtomicFile(disk, FILE).replace(OLD);
    return disk;
  }

  @Test
  void aReplacementThatReturnedSurvivesAPowerFailure() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk disk = diskWithOldFile(seed);
      new AtomicFile(disk, FILE).replace(NEW);

      assertThat(new AtomicFile(disk.powerFailure(), FILE).readText()).isEqualTo(NEW);
    }
  }

  @Test
  void aReplacementThatWasCutShortLeavesTheOldBytesOrTheNew() throws IOException {
    var found = new HashSet<String>();
    DiskFault.Kind[] kinds = {
      DiskFault.Kind.OPEN,
      DiskFault.Kind.SET_SIZE,
      DiskFault.Kind.WRITE,
      DiskFault.Kind.SYNC,
      DiskFault.Kind.RENAME,
      DiskFault.Kind.SYNC_DIRECTORY
    };
    for (DiskFault.Kind kind : kinds) {
      for (long seed = 0; seed < SEEDS / 4; seed++) {
        SimulatedDisk disk = diskWithOldFile(seed);
        disk.arm(DiskFault.next(kind));
        assertThatThrownBy(() -> new AtomicFile(disk, FILE).replace(NEW))
            .isInstanceOf(IOException.class);

        SimulatedDisk after = disk.powerFailure();
        found.add(String.valueOf(new AtomicFile(after, FILE).readText()));
        // What was left behind is no obstacle.
        new AtomicFile(after, FILE).replace(NEW);
        assertThat(new AtomicFile(after, FILE).readText()).isEqualTo(NEW);
      }
    }

    assertThat(found).containsExactlyInAnyOrder(OLD, NEW);
  }

  @Test
  void thisTestWouldSeeASyncThatIsMissing() throws IOException {
    assertThat(foundAfterPowerFailure(false, true)).hasSizeGreaterThan(2);
    assertThat(foundAfterPowerFailure(true, false)).containsExactlyInAnyOrder(OLD, NEW);
    assertThat(foundAfterPowerFailure(true, true)).containsExactly(NEW);
  }

  private static Set<String> foundAfterPowerFailure(boolean syncFiles, boolean syncDirectories)
      throws IOException {
    var found = new HashSet<String>();
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk disk = diskWithOldFile(seed);
      var lazy = new DiskThatSkipsSyncs(disk, syncFiles, syncDirectories);
      new AtomicFile(lazy, FILE).replace(NEW);
      found.add(String.valueOf(new AtomicFile(disk.powerFailure(), FILE).readText()));
    }
    return found;
  }

  @Test
  void aMissingFileIsNoText() throws IOException {
    var disk = new SimulatedDisk(1);
    disk.createDurableDirectories(DIRECTORY);
    var file = new AtomicFile(disk, FILE);

    assertThat(file.exists()).isFalse();
    assertThat(file.readText()).isNull();
    file.delete();
  }

  /** A disk that leaves out one kind of sync. */
  private record DiskThatSkipsSyncs(Disk disk, boolean syncFiles, boolean syncDirectories)
      implements Disk {
    @Override
    public DiskFile open(Path file, OpenMode mode) throws IOException {
      DiskFile open = disk.open(file, mode);
      return syncFiles ? open : new FileThatSkipsSyncs(open);
    }

    @Override
    public boolean exists(Path path) throws IOException {
      return disk.exists(path);
    }

    @Override
    public long sizeBytes(Path file) throws IOException {
      return disk.sizeBytes(file);
    }

    @Override
    public long lastModifiedMs(Path file) throws IOException {
      return disk.lastModifiedMs(file);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
      return disk.list(directory);
    }

    @Override
    public boolean isDirectory(Path path) throws IOException {
      return disk.isDirectory(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
      disk.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      disk.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
      disk.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      if (syncDirectories) {
        disk.syncDirectory(directory);
      }
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
      return disk.usableBytes(directory);
    }

    @Override
    public @Nullable AutoCloseable tryLock(Path file) throws IOException {
      return disk.tryLock(file);
    }
  }

  private record FileThatSkipsSyncs(DiskFile file) implements DiskFile {
    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public long sizeBytes() throws IOException {
      return file.sizeBytes();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return file.read(into, position);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      file.write(from, position);
    }

    @Override
    public void setSize(long sizeBytes) throws IOException {
      file.setSize(sizeBytes);
    }

    @Override
    public void sync() {}

    @Override
    public void dropCached() throws IOException {
      file.dropCached();
    }

    @Override
    public @Nullable FileChannel channel() {
      return file.channel();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
