package org.stoker.protocol.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The sources of one run; a file is touched only if its content changed, so that builds stay
 * incremental.
 */
final class GeneratedSources {
  private final Path root;
  private final Map<Path, String> files = new TreeMap<>();

  GeneratedSources(Path root) {
    this.root = root;
  }

  void add(String packageName, String className, String source) {
    Path file = root.resolve(packageName.replace('.', '/')).resolve(className + ".java");
    if (files.put(file, source) != null) {
      throw new IllegalArgumentException("two definitions are called " + className);
    }
  }

  void addPackage(String packageName, String sentence) {
    add(
        packageName,
        "package-info",
        """
        /** %s */
        @NullMarked
        package %s;

        import org.jspecify.annotations.NullMarked;
        """
            .formatted(sentence, packageName));
  }

  void write() throws IOException {
    removeWhatIsNoLongerGenerated();
    for (Map.Entry<Path, String> file : files.entrySet()) {
      Path path = file.getKey();
      if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
      }
    }
  }

  private void removeWhatIsNoLongerGenerated() throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    List<Path> present;
    try (Stream<Path> walk = Files.walk(root)) {
      present = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : present) {
      if (!files.containsKey(file)) {
        Files.delete(file);
      }
    }
  }
}
