package org.stoker.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * One broker of a cluster on this machine: its directory, and the process that was started from it.
 *
 * <p>The number in its pid file may be another process's by now, so the file names the moment of
 * the start as well: only a process with both is ours, and may be ended.
 */
final class LocalBroker {
  private static final String READY = "Stoker is ready: broker ";
  private static final long LOOK_MS = 50;

  private final int id;
  private final Path directory;

  LocalBroker(int id, Path directory) {
    this.id = id;
    this.directory = directory;
  }

  int id() {
    return id;
  }

  /** What it is started with; a person may change it. */
  Path properties() {
    return directory.resolve("server.properties");
  }

  /** All that it prints. */
  Path log() {
    return directory.resolve("broker.log");
  }

  private Path pidFile() {
    return directory.resolve("pid");
  }

  boolean exists() {
    return Files.isRegularFile(properties());
  }

  String property(String name) throws IOException {
    var values = new Properties();
    try (InputStream file = Files.newInputStream(properties())) {
      values.load(file);
    }
    return values.getProperty(name, "");
  }

  /** Where clients connect, as {@code listeners} says. */
  String address() throws IOException {
    String listeners = property("listeners");
    String first = listeners.split(",", 2)[0];
    return first.substring(first.indexOf("://") + 3);
  }

  int port() throws IOException {
    String address = address();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /** The process that was started from here, if it still runs. */
  Optional<ProcessHandle> process() throws IOException {
    if (!Files.isRegularFile(pidFile())) {
      return Optional.empty();
    }
    String[] words = Files.readString(pidFile()).strip().split(" ", 2);
    if (words.length != 2 || !Stream.of(words).allMatch(word -> word.matches("\\d+"))) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(words[0]))
        .filter(ProcessHandle::isAlive)
        .filter(process -> startedMs(process) == Long.parseLong(words[1]))
        .filter(process -> !isZombie(process.pid()));
  }

  private static long startedMs(ProcessHandle process) {
    return process.info().startInstant().map(java.time.Instant::toEpochMilli).orElse(-1L);
  }

  /** It has ended, and whoever should take note of that does not: so in some containers. */
  private static boolean isZombie(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 1).strip().startsWith("Z");
    } catch (IOException e) {
      // Gone, or a system without it.
      return false;
    }
  }

  /**
   * Starts the process; it lives on when this one ends.
   *
   * @param launcher runs a broker with the properties file that follows
   * @return where its words begin in the log
   */
  long start(List<String> launcher) throws IOException {
    Files.createDirectories(directory);
    long logged = Files.exists(log()) ? Files.size(log()) : 0;
    var command = new ArrayList<>(launcher);
    command.add(properties().toString());
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    Files.writeString(pidFile(), process.pid() + " " + startedMs(process.toHandle()) + "\n");
    return logged;
  }

  /** Waits until it serves; false if it does not within this time, or has ended. */
  boolean isReadyWithin(long patienceMs, long logged) throws IOException, InterruptedException {
    for (long waitedMs = 0; waitedMs < patienceMs; waitedMs += LOOK_MS) {
      if (saidSince(logged).stream().anyMatch(line -> line.startsWith(READY))) {
        return true;
      }
      Optional<ProcessHandle> process = process();
      if (process.isEmpty()) {
        return false;
      }
      var _ = hasEndedWithin(process.get(), LOOK_MS);
    }
    return false;
  }

  /** Waits until the process has ended. */
  static boolean hasEndedWithin(ProcessHandle process, long patienceMs)
      throws InterruptedException {
    if (isZombie(process.pid())) {
      return true;
    }
    try {
      process.onExit().get(patienceMs, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return isZombie(process.pid());
    } catch (ExecutionException e) {
      throw new IllegalStateException("a process cannot be waited for", e);
    }
  }

  List<String> saidSince(long logged) throws IOException {
    if (!Files.exists(log())) {
      return List.of();
    }
    try (var file = new RandomAccessFile(log().toFile(), "r")) {
      file.seek(Math.min(logged, file.length()));
      var bytes = new byte[(int) Math.min(1 << 20, file.length() - file.getFilePointer())];
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }
}
