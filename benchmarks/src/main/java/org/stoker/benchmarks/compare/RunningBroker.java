package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.stoker.base.Clock;
import org.stoker.benchmarks.compare.BrokerUnderComparison.Installation;

/** A broker's process. */
final class RunningBroker implements Brokers, AutoCloseable {
  private static final Set<String> OWN_SETTINGS = Set.of("KAFKA_OPTS", "KAFKA_HEAP_OPTS");
  private static final long START_S = 120;
  private static final long STOP_S = 60;
  private static final long LOOK_EVERY_MS = 20;

  private final Process process;
  private final Installation at;
  private final Path output;
  private final Leftovers leftovers;

  private RunningBroker(Process process, Installation at, Path output, Leftovers leftovers) {
    this.process = process;
    this.at = at;
    this.output = output;
    this.leftovers = leftovers;
  }

  static RunningBroker start(BrokerUnderComparison broker, Installation at, Leftovers leftovers)
      throws IOException {
    Path output = at.directory().resolve("output.log");
    var builder =
        new ProcessBuilder(broker.command(at))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    // What the person at the terminal has set for brokers of their own.
    builder.environment().keySet().removeAll(OWN_SETTINGS);
    builder.environment().putAll(broker.environment());
    return new RunningBroker(leftovers.keep(builder), at, output, leftovers);
  }

  @Override
  public String bootstrap() {
    return at.bootstrap();
  }

  @Override
  public double cpuSeconds() throws IOException {
    return ProcessFacts.of(process.pid()).cpuSeconds();
  }

  @Override
  public double residentMegabytes() throws IOException {
    return ProcessFacts.of(process.pid()).residentBytes() / 1e6;
  }

  /** Returns when the broker takes connections. */
  void awaitListening(Clock clock) throws IOException, InterruptedException, RoundFailed {
    long deadlineMs = clock.monotonicMs() + TimeUnit.SECONDS.toMillis(START_S);
    while (!takesConnections()) {
      letRunFor(LOOK_EVERY_MS);
      if (clock.monotonicMs() > deadlineMs) {
        throw new RoundFailed("the broker did not start in " + START_S + " s: " + tail());
      }
    }
  }

  /** Waits, unless the broker ends, which fails the round. */
  void letRunFor(long ms) throws IOException, InterruptedException, RoundFailed {
    if (process.waitFor(ms, TimeUnit.MILLISECONDS)) {
      throw new RoundFailed("the broker ended with status " + process.exitValue() + ": " + tail());
    }
  }

  @Override
  public void stop() throws InterruptedException, RoundFailed {
    process.destroy();
    boolean hasEnded = process.waitFor(STOP_S, TimeUnit.SECONDS);
    leftovers.end(process);
    if (!hasEnded) {
      throw new RoundFailed("the broker did not stop in " + STOP_S + " s");
    }
  }

  /** As {@code kill -9} does. */
  void kill() {
    leftovers.end(process);
  }

  /** As {@code kill -STOP} does: it runs no more, and nobody is told. */
  void pause() throws IOException, InterruptedException {
    Process kill =
        leftovers.keep(new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())));
    kill.waitFor();
    leftovers.end(kill);
  }

  /** For a round that ends early; does nothing after a stop. */
  @Override
  public void close() {
    leftovers.end(process);
  }

  private boolean takesConnections() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress("localhost", at.port()), 1_000);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private String tail() throws IOException {
    List<String> lines = Files.readAllLines(output);
    return String.join(" / ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }
}
