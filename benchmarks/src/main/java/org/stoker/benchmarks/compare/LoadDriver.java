package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client's JVM, seen from the comparison: takes one job at a time and tells what happens.
 *
 * <p>It is a process of its own, so that neither its collector nor its compiler shows up in
 * anything but the client's own figures.
 */
final class LoadDriver implements AutoCloseable {
  // The same for both brokers. Enough for 50 producers, and no collector threads beside the work.
  private static final List<String> JVM_FLAGS =
      List.of(
          "-Xms768m",
          "-Xmx768m",
          "-XX:+UseParallelGC",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

  private static final long MOST_SILENT_S = 400;
  private static final String END = "";

  private final Process process;
  private final Leftovers leftovers;
  private final BufferedWriter jobs;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final ObjectMapper json = new ObjectMapper();

  private LoadDriver(Process process, Leftovers leftovers) {
    this.process = process;
    this.leftovers = leftovers;
    this.jobs = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** Starts the JVM, with this JVM's own class path, and returns when it is ready for jobs. */
  static LoadDriver start(Path java, Path log, Leftovers leftovers)
      throws IOException, InterruptedException, RoundFailed {
    var command = new ArrayList<String>();
    command.add(java.toString());
    command.addAll(JVM_FLAGS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.add("org.stoker.benchmarks.load.LoadMain");
    Process process =
        leftovers.keep(
            new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())));
    var driver = new LoadDriver(process, leftovers);
    Thread.ofVirtual().name("load-driver-output").start(driver::listen);
    driver.await("ready");
    return driver;
  }

  /** Begins a job. */
  void begin(ObjectNode job) throws IOException {
    jobs.write(json.writeValueAsString(job));
    jobs.newLine();
    jobs.flush();
  }

  /** Returns the event of this name as soon as it happens. */
  JsonNode await(String name) throws InterruptedException, RoundFailed {
    while (true) {
      String line = lines.poll(MOST_SILENT_S, TimeUnit.SECONDS);
      if (line == null || line.equals(END)) {
        throw new RoundFailed(
            line == null
                ? "the load driver said nothing for " + MOST_SILENT_S + " s"
                : "the load driver ended");
      }
      JsonNode event = event(line);
      if (event == null) {
        continue;
      }
      String said = event.path("event").asText();
      if (said.equals(name)) {
        return event;
      }
      if (said.equals("failed")) {
        throw new RoundFailed(event.path("reason").asText());
      }
    }
  }

  @Override
  public void close() {
    leftovers.end(process);
  }

  private @Nullable JsonNode event(String line) {
    try {
      return json.readTree(line);
    } catch (JsonProcessingException notOurs) {
      return null;
    }
  }

  private void listen() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().filter(line -> !line.isBlank()).forEach(lines::add);
    } catch (IOException | UncheckedIOException ended) {
      // Its end is what is told.
    }
    lines.add(END);
  }
}
