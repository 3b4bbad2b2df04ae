package org.stoker.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/** A disk whose fdatasync fails for segments beside which somebody has put {@link #SIGN}. */
final class FailingSyncDisk extends DiskOnTop {
  /** A file of this name in the log directory makes every sync of a segment in it fail. */
  static final String SIGN = "sync-fails";

  FailingSyncDisk(Disk below) {
    super(below);
  }

  @Override
  public DiskFile open(Path file, OpenMode mode) throws IOException {
    DiskFile opened = super.open(file, mode);
    return file.toString().endsWith(".log") ? new FailingFile(opened) : opened;
  }

  private static final class FailingFile extends FileOnTop {
    FailingFile(DiskFile below) {
      super(below);
    }

    @Override
    public void sync() throws IOException {
      if (Files.exists(path().resolveSibling("..").resolve(SIGN))) {
        throw new IOException("Input/output error");
      }
      super.sync();
    }
  }
}
