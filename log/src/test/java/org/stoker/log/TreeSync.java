package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/** Syncs all files and directories below one: what the file system's own call does, on any disk. */
record TreeSync(Disk disk, Path root) implements FileSystemSync {
  @Override
  public void sync() throws IOException {
    sync(root);
  }

  private void sync(Path directory) throws IOException {
    for (Path path : disk.list(directory)) {
      if (disk.isDirectory(path)) {
        sync(path);
      } else {
        try (DiskFile file = disk.open(path, Disk.OpenMode.READ)) {
          file.sync();
        }
      }
    }
    disk.syncDirectory(directory);
  }
}
