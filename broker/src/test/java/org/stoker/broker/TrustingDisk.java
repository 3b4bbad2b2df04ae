package org.stoker.broker;

import java.io.IOException;
import java.nio.file.Path;
import org.stoker.base.Disk;

/** A disk that claims that every stop was clean. */
final class TrustingDisk extends DiskOnTop {
  TrustingDisk(Disk below) {
    super(below);
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return path.endsWith(".kafka_cleanshutdown") || super.exists(path);
  }
}
