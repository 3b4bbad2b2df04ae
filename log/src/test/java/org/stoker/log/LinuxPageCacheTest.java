package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.FileDisk;

final class LinuxPageCacheTest {
  // Below the build's own directory: a temporary file system has nothing but its cache.
  @TempDir(factory = BuildDirectory.class)
  Path root;

  private static boolean isFirstPageResident(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, 1).isLoaded();
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void aDroppedFileIsReadFromTheDiskAgain() throws IOException {
    Path file = root.resolve("segment.log");
    try (DiskFile open = new FileDisk(LinuxPageCache::drop).open(file, Disk.OpenMode.CREATE)) {
      open.write(ByteBuffer.wrap(new byte[100_000]), 0);
      open.sync();
      boolean isCachedBefore = isFirstPageResident(file);

      open.dropCached();

      assertThat(isCachedBefore).isTrue();
      assumeThat(LinuxCalls.bound()).isNotNull();
      // A file system that is nothing but cache keeps all of it, and there is nothing to see.
      assumeThat(Files.getFileStore(root).type()).isNotIn("tmpfs", "ramfs", "overlay");
      assertThat(isFirstPageResident(file)).isFalse();
    }
  }

  @Test
  void aFileThatCannotBeOpenedIsLeftAlone() {
    assertThatCode(() -> LinuxPageCache.drop(root.resolve("none"))).doesNotThrowAnyException();
  }
}
