package org.stoker.tidy;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The files of this checkout that people write: everything but build output and hidden folders. */
record SourceTree(Path root) {
  private static final Set<String> NOT_WRITTEN_BY_PEOPLE = Set.of("target", "data", "node_modules");

  static SourceTree ofThisBuild() {
    String root = System.getProperty("tidy.root");
    if (root == null) {
      throw new IllegalStateException("tidy.root is not set: run through Maven");
    }
    return new SourceTree(Path.of(root));
  }

  List<Path> javaFiles() throws IOException {
    return filesEndingWith(".java");
  }

  List<Path> poms() throws IOException {
    return filesEndingWith("pom.xml");
  }

  private List<Path> filesEndingWith(String ending) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            String name = String.valueOf(directory.getFileName());
            boolean skip =
                !directory.equals(root)
                    && (name.startsWith(".") || NOT_WRITTEN_BY_PEOPLE.contains(name));
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (String.valueOf(file.getFileName()).endsWith(ending)) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(null);
    return found;
  }
}
