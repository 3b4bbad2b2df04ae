package org.stoker.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.DiskFullException;

/** A disk on which only as much may be written as the test says is left. */
final class CrampedDisk extends DiskOnTop {
  private static final long PLENTY = 1L << 40;

  private volatile long usableBytes = PLENTY;
  private volatile boolean wasFull;

  CrampedDisk(Disk below) {
    super(below);
  }

  void leave(long bytes) {
    usableBytes = bytes;
  }

  void leavePlenty() {
    usableBytes = PLENTY;
  }

  /** Whether somebody wanted room and there was none. */
  boolean wasFull() {
    return wasFull;
  }

  @Override
  public long usableBytes(Path directory) {
    return usableBytes;
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      refuseIfFull(directory, null);
    }
    super.createDirectories(directory);
  }

  @Override
  public DiskFile open(Path file, OpenMode mode) throws IOException {
    if (mode == OpenMode.CREATE && !Files.exists(file)) {
      refuseIfFull(file, null);
    }
    return new CrampedFile(super.open(file, mode));
  }

  private void refuseIfFull(Path path, @Nullable Throwable cause) throws DiskFullException {
    if (usableBytes == 0) {
      wasFull = true;
      throw new DiskFullException(path, DiskFullException.NO_SPACE, cause);
    }
  }

  private final class CrampedFile extends FileOnTop {
    CrampedFile(DiskFile below) {
      super(below);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      if (position + from.remaining() > sizeBytes()) {
        refuseIfFull(path(), null);
      }
      super.write(from, position);
    }

    @Override
    public void setSize(long sizeBytes) throws IOException {
      if (sizeBytes > sizeBytes()) {
        refuseIfFull(path(), null);
      }
      super.setSize(sizeBytes);
    }
  }
}
