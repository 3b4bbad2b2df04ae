package org.stoker.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/** A disk that hands everything on to another; what lies on top of it changes one thing. */
class DiskOnTop implements Disk {
  private final Disk below;

  DiskOnTop(Disk below) {
    this.below = below;
  }

  @Override
  public DiskFile open(Path file, OpenMode mode) throws IOException {
    return below.open(file, mode);
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return below.exists(path);
  }

  @Override
  public long sizeBytes(Path file) throws IOException {
    return below.sizeBytes(file);
  }

  @Override
  public long lastModifiedMs(Path file) throws IOException {
    return below.lastModifiedMs(file);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return below.list(directory);
  }

  @Override
  public boolean isDirectory(Path path) throws IOException {
    return below.isDirectory(path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    below.createDirectories(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    below.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    below.delete(path);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    below.syncDirectory(directory);
  }

  @Override
  public long usableBytes(Path directory) throws IOException {
    return below.usableBytes(directory);
  }

  @Override
  public @Nullable AutoCloseable tryLock(Path file) throws IOException {
    return below.tryLock(file);
  }

  /** A file that hands everything on. */
  static class FileOnTop implements DiskFile {
    private final DiskFile below;

    FileOnTop(DiskFile below) {
      this.below = below;
    }

    @Override
    public Path path() {
      return below.path();
    }

    @Override
    public long sizeBytes() throws IOException {
      return below.sizeBytes();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return below.read(into, position);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      below.write(from, position);
    }

    @Override
    public void setSize(long sizeBytes) throws IOException {
      below.setSize(sizeBytes);
    }

    @Override
    public void sync() throws IOException {
      below.sync();
    }

    @Override
    public void dropCached() throws IOException {
      below.dropCached();
    }

    @Override
    public @Nullable FileChannel channel() {
      return below.channel();
    }

    @Override
    public void close() throws IOException {
      below.close();
    }
  }
}
