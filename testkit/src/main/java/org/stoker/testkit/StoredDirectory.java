package org.stoker.testkit;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Seed;

/** The entries of one simulated directory: as programs see them, and as they are on the platter. */
@ConfinedTo("the monitor of the SimulatedDisk")
final class StoredDirectory implements StoredNode {
  final Map<String, StoredNode> seen = new TreeMap<>();
  final Map<String, StoredNode> onPlatter = new TreeMap<>();

  /** A rename replaces like with like, and a directory only if it is empty. */
  static void refuseToReplace(Path to, StoredNode node, @Nullable StoredNode replaced)
      throws IOException {
    if (replaced instanceof StoredDirectory directory) {
      if (node instanceof StoredFile) {
        throw new FileSystemException(to.toString(), null, "Is a directory");
      }
      if (!directory.seen.isEmpty()) {
        throw new DirectoryNotEmptyException(to.toString());
      }
    }
    if (replaced instanceof StoredFile && node instanceof StoredDirectory) {
      throw new NotDirectoryException(to.toString());
    }
  }

  /** What is on the platter becomes what is seen; the bytes that the files hold together. */
  long restart(Seed seed) {
    seen.clear();
    seen.putAll(onPlatter);
    long bytes = 0;
    for (StoredNode node : seen.values()) {
      bytes +=
          switch (node) {
            case StoredDirectory child -> child.restart(seed);
            case StoredFile file -> {
              file.losePower(seed);
              file.linked = true;
              yield file.sizeBytes();
            }
          };
    }
    return bytes;
  }
}
