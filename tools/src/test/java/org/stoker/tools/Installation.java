package org.stoker.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Stoker as it is installed: {@code bin/} and {@code lib/}, without sources. The scripts run from
 * there as processes, and never build.
 *
 * <p>Laid out once per test run: its ahead-of-time caches take a while to make.
 */
final class Installation {
  private static final long RUN_TIMEOUT_S = 120;
  private static final Installation SHARED = layOut();

  private final Path home;

  private Installation(Path home) {
    this.home = home;
  }

  static Installation shared() {
    return SHARED;
  }

  private static Installation layOut() {
    Path checkout = Path.of(System.getProperty("stoker.home", "..")).toAbsolutePath().normalize();
    Path home = checkout.resolve("tools/target/installation");
    try {
      deleteAll(home);
      Files.createDirectories(home.resolve("bin"));
      for (Path script : children(checkout.resolve("bin"))) {
        Files.copy(
            script,
            home.resolve("bin").resolve(script.getFileName()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
      for (String room : List.of("broker", "tools")) {
        Path target = checkout.resolve(room).resolve("target");
        Path lib = Files.createDirectories(home.resolve("lib").resolve(room));
        link(lib, target.resolve("stoker-" + room + ".jar"));
        for (Path jar : children(target.resolve("lib"))) {
          link(lib, jar);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "No installation without the jars: run 'mvn -pl broker,tools -am verify' at the root.",
          e);
    }
    return new Installation(home);
  }

  private static void link(Path directory, Path jar) throws IOException {
    Files.createSymbolicLink(directory.resolve(jar.getFileName()), jar.toRealPath());
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.sorted().toList();
    }
  }

  private static void deleteAll(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** The names of the scripts that run Kafka's tools. */
  List<String> toolScripts() throws IOException {
    return children(home.resolve("bin")).stream()
        .map(script -> script.getFileName().toString())
        .filter(name -> name.startsWith("kafka-") && !name.startsWith("kafka-server-"))
        .toList();
  }

  /** Starts a broker with the properties file that follows. */
  List<String> launcher() {
    return List.of(home.resolve("bin/stoker").toString(), "start", "--verbose");
  }

  Process start(List<String> words, Path out) throws IOException {
    var command = new ArrayList<>(words);
    command.set(0, home.resolve("bin").resolve(words.getFirst()).toString());
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    process.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return process.start();
  }

  /** Runs a script of {@code bin/} to its end. */
  Outcome run(String stdin, List<String> words) throws IOException, InterruptedException {
    Path in = Files.createTempFile("stdin", ".txt");
    Path out = Files.createTempFile("stdout", ".txt");
    Path err = Files.createTempFile("stderr", ".txt");
    var command = new ArrayList<>(words);
    command.set(0, home.resolve("bin").resolve(words.getFirst()).toString());
    try {
      Files.writeString(in, stdin);
      var builder =
          new ProcessBuilder(command)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      Process process = builder.start();
      if (!process.waitFor(RUN_TIMEOUT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new IllegalStateException(words + " did not end. It said: " + Files.readString(out));
      }
      return new Outcome(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(in);
      Files.delete(out);
      Files.delete(err);
    }
  }
}
