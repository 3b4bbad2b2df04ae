package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/** A disk that asks before it does anything; what it is told to leave out it pretends to do. */
final class WatchedDisk implements Disk {
  enum Op {
    OPEN,
    MAKE_FILE,
    MAKE_DIRECTORY,
    READ,
    WRITE,
    LENGTHEN,
    CUT,
    SYNC,
    RENAME,
    DELETE,
    SYNC_DIRECTORY
  }

  interface Watcher {
    /** False leaves it out. */
    boolean does(Op op, Path path) throws IOException;
  }

  private final Disk disk;
  private final Watcher watcher;

  WatchedDisk(Disk disk, Watcher watcher) {
    this.disk = disk;
    this.watcher = watcher;
  }

  @Override
  public DiskFile open(Path file, OpenMode mode) throws IOException {
    boolean makes = mode == OpenMode.CREATE && !disk.exists(file);
    watcher.does(makes ? Op.MAKE_FILE : Op.OPEN, file);
    return new WatchedFile(disk.open(file, mode));
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
    if (watcher.does(Op.MAKE_DIRECTORY, directory)) {
      disk.createDirectories(directory);
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    if (watcher.does(Op.RENAME, to)) {
      disk.rename(from, to);
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    if (watcher.does(Op.DELETE, path)) {
      disk.delete(path);
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    if (watcher.does(Op.SYNC_DIRECTORY, directory)) {
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

  private final class WatchedFile implements DiskFile {
    private final DiskFile file;

    WatchedFile(DiskFile file) {
      this.file = file;
    }

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
      watcher.does(Op.READ, path());
      return file.read(into, position);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      if (watcher.does(Op.WRITE, path())) {
        file.write(from, position);
      }
    }

    @Override
    public void setSize(long sizeBytes) throws IOException {
      if (watcher.does(sizeBytes < file.sizeBytes() ? Op.CUT : Op.LENGTHEN, path())) {
        file.setSize(sizeBytes);
      }
    }

    @Override
    public void sync() throws IOException {
      if (watcher.does(Op.SYNC, path())) {
        file.sync();
      }
    }

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
