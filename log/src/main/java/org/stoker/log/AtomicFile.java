package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/**
 * A small file that is always replaced as a whole: whoever reads it finds all of the old bytes or
 * all of the new ones, also after a power failure.
 *
 * <p>Replacing waits for the disk, so it belongs on a storage thread, one at a time per file.
 */
record AtomicFile(Disk disk, Path path) {
  // No checkpoint of any cluster comes near; a damaged size must not take the memory.
  private static final long MOST_BYTES = 256L * 1024 * 1024;

  boolean exists() throws IOException {
    return disk.exists(path);
  }

  void replace(String text) throws IOException {
    replace(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  void replace(ByteBuffer bytes) throws IOException {
    write(bytes, true);
    publish();
    syncEntry();
  }

  /**
   * The first half of a replacement: the bytes lie beside the old ones, for the caller to sync
   * together with others before {@link #publish}.
   */
  void prepare(ByteBuffer bytes) throws IOException {
    write(bytes, false);
  }

  /** The second half; the directory is the caller's to sync. */
  void publish() throws IOException {
    disk.rename(fresh(), path);
  }

  private void write(ByteBuffer bytes, boolean isSynced) throws IOException {
    try (DiskFile file = disk.open(fresh(), Disk.OpenMode.CREATE)) {
      // One may be left from a stop in the middle.
      file.setSize(0);
      file.write(bytes, 0);
      if (isSynced) {
        FileSync.sync(file);
      }
    }
  }

  private Path fresh() {
    return path.resolveSibling(path.getFileName() + ".tmp");
  }

  void delete() throws IOException {
    if (disk.exists(path)) {
      disk.delete(path);
      syncEntry();
    }
  }

  private void syncEntry() throws IOException {
    Path directory = path.getParent();
    if (directory != null) {
      disk.syncDirectory(directory);
    }
  }

  /** All of it; null if there is no such file. */
  byte @Nullable [] readBytes() throws IOException {
    try (DiskFile file = disk.open(path, Disk.OpenMode.READ)) {
      long size = file.sizeBytes();
      if (size > MOST_BYTES) {
        throw new CorruptFileException(path, size + " bytes, too large for what it is");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      while (bytes.hasRemaining()) {
        if (file.read(bytes, bytes.position()) < 0) {
          throw new CorruptFileException(path, "ends at " + bytes.position() + " of " + size);
        }
      }
      return bytes.array();
    } catch (NoSuchFileException _) {
      return null;
    }
  }

  /** All of it as text; null if there is no such file. */
  @Nullable String readText() throws IOException {
    byte[] bytes = readBytes();
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
