package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ZooKeeper of the quickstart: one sentence when it cannot start, a clean end on SIGTERM. */
final class ZooKeeperServerTest {
  private static final long TIMEOUT_S = 60;

  @TempDir private Path directory;

  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  private int run(String... args) {
    return ZooKeeperServer.run(args, new PrintStream(errors, true, StandardCharsets.UTF_8));
  }

  private String said() {
    return errors.toString(StandardCharsets.UTF_8).strip();
  }

  private Path properties(int port) throws IOException {
    return Files.writeString(
        directory.resolve("zookeeper.properties"),
        """
        dataDir=%s
        clientPort=%d
        clientPortAddress=127.0.0.1
        maxClientCnxns=0
        admin.enableServer=false
        """
            .formatted(directory.resolve("data"), port));
  }

  @Test
  void aMissingFileIsNamed() {
    assertThat(run(directory.resolve("none.properties").toString())).isEqualTo(1);
    assertThat(said())
        .isEqualTo("ZooKeeper cannot start: there is no file %s/none.properties", directory);
  }

  @Test
  void aBadPropertyIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("bad.properties"), "clientPort=many\n");

    assertThat(run(file.toString())).isEqualTo(1);
    assertThat(said()).contains(file.toString()).contains("many").doesNotContain("\n");
  }

  @Test
  void aTakenPortIsNamed() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(run(properties(socket.getLocalPort()).toString())).isEqualTo(1);
      assertThat(said())
          .isEqualTo(
              "ZooKeeper cannot start: port %d is taken by another process", socket.getLocalPort());
    }
  }

  @Test
  void theCommandLineIsExplained() {
    assertThat(run()).isEqualTo(1);
    assertThat(said()).startsWith("usage: ");
  }

  @Test
  void aSignalEndsItCleanly() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Path logging =
        Files.writeString(
            directory.resolve("logback.xml"),
            """
            <configuration>
              <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%msg%n</pattern></encoder>
              </appender>
              <logger name="org.stoker" level="INFO"/>
              <root level="WARN"><appender-ref ref="out"/></root>
            </configuration>
            """);
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Dlogback.configurationFile=" + logging,
                    "-cp",
                    System.getProperty("java.class.path"),
                    ZooKeeperServer.class.getName(),
                    properties(port).toString()))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      String line = output.readLine();
      while (line != null && !line.contains("serves on port " + port)) {
        line = output.readLine();
      }
      assertThat(line).isNotNull();

      process.destroy();

      assertThat(process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
      // As the shell sees a program that SIGTERM has ended.
      assertThat(process.exitValue()).isEqualTo(143);
    } finally {
      process.destroyForcibly();
    }
  }
}
