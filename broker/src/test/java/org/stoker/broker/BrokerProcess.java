package org.stoker.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A broker in a process of its own, started as {@code bin/stoker} starts it. */
final class BrokerProcess implements AutoCloseable {
  private static final long LONGEST_WAIT_SECONDS = 90;
  private static final Pattern READY =
      Pattern.compile("Stoker is ready: broker (\\d+) at (\\S+), data in .*");

  private final Process process;
  private final Lines out;
  private final Lines err;

  private BrokerProcess(Process process) {
    this.process = process;
    this.out = new Lines(process.getInputStream(), "out");
    this.err = new Lines(process.getErrorStream(), "err");
  }

  /** Starts the class's main method with these arguments. */
  static BrokerProcess start(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=java.base/java.io=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseCompactObjectHeaders",
                "-Xms64m",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:+ExitOnOutOfMemoryError",
                // Short lives: they are over before the second compiler has paid for itself.
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return new BrokerProcess(new ProcessBuilder(command).start());
  }

  /** A broker that starts again under the same address, and outlives its own attackers. */
  static BrokerProcess start(Path data, int port, String... overrides) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "start",
                "--verbose",
                "--data-dir",
                data.toString(),
                "--port",
                Integer.toString(port),
                "--override",
                "zookeeper.session.timeout.ms=60000"));
    for (String override : overrides) {
      arguments.add("--override");
      arguments.add(override);
    }
    return start(BrokerMain.class, arguments.toArray(String[]::new));
  }

  /** What the process has printed so far, line by line. */
  private static final class Lines {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Matcher> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    Lines(InputStream stream, String name) {
      Thread.ofPlatform().daemon().name("broker-" + name).start(() -> read(stream));
    }

    private void read(InputStream stream) {
      try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          lines.add(line);
          Matcher matcher = READY.matcher(line);
          if (matcher.matches()) {
            ready.complete(matcher);
          }
        }
      } catch (IOException e) {
        // The stream of a process that was killed may break off.
        lines.add("(broken off: " + e.getMessage() + ")");
      } finally {
        ready.completeExceptionally(new IllegalStateException("the process ended unready"));
        end.complete(null);
      }
    }
  }

  /** Waits until it serves; returns its address. */
  String awaitReady() throws InterruptedException {
    try {
      return out.ready.get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS).group(2);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the broker is not ready: " + this, e);
    }
  }

  boolean isReady() {
    return out.ready.isDone() && !out.ready.isCompletedExceptionally();
  }

  /** Waits until it has ended by itself; returns its exit status. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the broker does not end: " + this);
    }
    out.end.join();
    err.end.join();
    return process.exitValue();
  }

  /** SIGKILL; returns when nothing of it runs any more. */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    awaitExit();
  }

  /** SIGSTOP: it does not run, and nobody is told. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT: it goes on as if no time had passed. */
  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    if (status != 0) {
      throw new IllegalStateException("kill -" + name + " ended with " + status);
    }
  }

  /** SIGTERM; returns the exit status. */
  int terminate() throws InterruptedException {
    // Not through the process itself: that closes its streams, and with them its last words.
    process.toHandle().destroy();
    return awaitExit();
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The lines on standard output, which is also the log. */
  List<String> out() {
    return out.lines;
  }

  List<String> err() {
    return err.lines;
  }

  boolean hasSaid(String words) {
    return out.lines.stream().anyMatch(line -> line.contains(words));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException("interrupted while a broker ended", e));
    }
  }

  @Override
  public String toString() {
    return "broker process "
        + process
        + "\n"
        + String.join("\n", out.lines)
        + "\n--- errors ---\n"
        + String.join("\n", err.lines);
  }
}
