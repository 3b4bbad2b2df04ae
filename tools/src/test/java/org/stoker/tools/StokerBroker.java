package org.stoker.tools;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Our own broker, with ZooKeeper inside, from what the build left in the room {@code broker}. */
final class StokerBroker implements BrokerUnderTest {
  private static final long START_TIMEOUT_S = 60;
  private static final Pattern READY =
      Pattern.compile("Stoker is ready: broker \\d+ at (\\S+), data in .*");

  private final Process process;
  private final String address;
  private final Path logDirectory;

  private StokerBroker(Process process, String address, Path logDirectory) {
    this.process = process;
    this.address = address;
    this.logDirectory = logDirectory;
  }

  static StokerBroker start(Path directory) throws Exception {
    Path logDirectory = directory.resolve("data");
    Path config = directory.resolve("server.properties");
    Files.writeString(
        config,
        """
        broker.id=1
        listeners=PLAINTEXT://127.0.0.1:0
        log.dirs=%s
        zookeeper.embedded.dir=%s
        log.segment.delete.delay.ms=0
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        group.initial.rebalance.delay.ms=0
        """
            .formatted(logDirectory, directory.resolve("zookeeper")));
    var command = new ArrayList<>(launcher());
    command.add(config.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var address = new CompletableFuture<String>();
    Path log = directory.resolve("broker.log");
    Thread.ofPlatform()
        .daemon()
        .name("broker-output")
        .start(() -> copyOutput(process, log, address));
    try {
      return new StokerBroker(
          process, address.get(START_TIMEOUT_S, TimeUnit.SECONDS), logDirectory);
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly().waitFor();
      throw new IllegalStateException(
          "The broker is not ready. It said: " + Files.readString(log), e);
    }
  }

  /** Runs a broker with the properties file that follows. */
  static List<String> launcher() {
    return List.of(
        ProcessHandle.current().info().command().orElseThrow(),
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-opens=java.base/java.io=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Xmx256m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        classPath(),
        "org.stoker.broker.BrokerMain");
  }

  private static String classPath() {
    String built = System.getProperty("stoker.broker.target", "");
    Path jar = Path.of(built, "stoker-broker.jar");
    Path lib = Path.of(built, "lib");
    if (!Files.isRegularFile(jar) || !Files.isDirectory(lib)) {
      throw new IllegalStateException(
          "There is no "
              + jar
              + " with its libraries in "
              + lib
              + " to compare the tools on: run 'mvn -pl broker,tools -am verify' at the root, or"
              + " take Apache Kafka's broker with -Dtools.broker=kafka.");
    }
    return jar + File.pathSeparator + lib + File.separator + "*";
  }

  /** To a file, so that the broker never waits for a reader; watches for the line of the start. */
  private static void copyOutput(Process process, Path log, CompletableFuture<String> address) {
    try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var copy = new PrintWriter(Files.newBufferedWriter(log), true)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        copy.println(line);
        Matcher ready = READY.matcher(line);
        if (ready.matches()) {
          address.complete(ready.group(1));
        }
      }
    } catch (IOException e) {
      address.completeExceptionally(e);
    } finally {
      address.completeExceptionally(new IllegalStateException("the process has ended"));
    }
  }

  @Override
  public String bootstrapServer() {
    return address;
  }

  @Override
  public Path logDirectory() {
    return logDirectory;
  }

  @Override
  public boolean assignsPartitionsItself() {
    return false;
  }

  @Override
  public void close() throws IOException {
    BrokerUnderTest.stop(process);
  }
}
