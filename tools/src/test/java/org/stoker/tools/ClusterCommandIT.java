package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster on this machine, from the first start to the last stop, in real processes. */
final class ClusterCommandIT {
  private static final int FIRST_PORT_TRIED = 21_000;
  private static final int PORTS_APART = 10;

  @TempDir private Path temporary;

  private Path directory;
  private int port;

  @BeforeEach
  void choosePorts() throws Exception {
    directory = temporary.resolve("cluster");
    port = FIRST_PORT_TRIED;
    while (!LocalCluster.takenPorts(3, port).isEmpty()) {
      port += PORTS_APART;
    }
  }

  @AfterEach
  void endWhatRuns() throws Exception {
    for (LocalBroker broker : new LocalCluster(directory).brokers()) {
      broker.process().ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private Outcome cluster(String... words) {
    var arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--dir", directory.toString()));
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code =
        new ClusterCommand(Installation.shared().launcher())
            .run(
                arguments.toArray(String[]::new),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void threeBrokersAreStartedKilledStartedAgainAndStopped() throws Exception {
    String first = Integer.toString(port);
    Outcome started = cluster("start", "--brokers", "3", "--port", first);
    assertThat(started.out())
        .contains("Broker 3 is ready at localhost:" + (port + 2))
        .contains("Bootstrap servers: localhost:%d,localhost:%d".formatted(port, port + 1));
    assertThat(cluster("start").err()).contains("The 3 brokers in").contains("run already");
    assertThat(cluster("start", "--brokers", "5").err())
        .contains("has 3 brokers from port " + port);

    assertThat(cluster("kill", "2").out())
        .startsWith("Broker 2 (process ")
        .endsWith("stoker cluster start 2 --dir " + directory + "\n");
    assertThat(cluster("kill", "2").err()).isEqualTo("Broker 2 does not run.\n");
    assertThat(cluster("status").out())
        .containsPattern("(?m)^1 +running \\d+ +" + port + " ")
        .containsPattern("(?m)^2 +stopped - +" + (port + 1) + " ")
        .contains("0 without a leader");

    assertThat(cluster("start", "2").out()).contains("Broker 2 is ready");
    assertThat(cluster("stop").out())
        .contains("Broker 1 has stopped", "Broker 2 has stopped", "Broker 3 has stopped");
    assertThat(cluster("stop").out()).startsWith("No broker of the cluster in");
    assertThat(cluster("status").exitCode()).isEqualTo(1);
  }

  @Test
  void aStrangersProcessIsNeverEnded() throws Exception {
    new LocalCluster(directory).lay(1, port);
    ProcessHandle self = ProcessHandle.current();
    Files.writeString(directory.resolve("broker-1").resolve("pid"), self.pid() + " 12345\n");

    assertThat(cluster("kill", "1").err()).isEqualTo("Broker 1 does not run.\n");
    assertThat(self.isAlive()).isTrue();
  }

  @Test
  void portsInUseAreNamed() throws Exception {
    try (var _ = new ServerSocket(port + 1, 1, InetAddress.getLoopbackAddress())) {
      Outcome refused = cluster("start", "--port", Integer.toString(port));

      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err())
          .isEqualTo(
              "Taken by another process: port %d. Choose others with --port.\n"
                  .formatted(port + 1));
      assertThat(directory).doesNotExist();
    }
  }

  @Test
  void aBrokerThatCannotStartSaysWhy() throws Exception {
    new LocalCluster(directory).lay(1, port);
    Path properties = directory.resolve("broker-1").resolve("server.properties");
    Files.writeString(properties, Files.readString(properties) + "num.partitions=none\n");

    Outcome failed = cluster("start");

    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.out()).contains("Broker 1 has ended").contains("num.partitions");
  }

  @Test
  void wrongCommandsAreAnsweredWithTheRightOnes() {
    assertThat(cluster("restart").err()).startsWith("Unknown command restart").contains("Usage:");
    assertThat(cluster("status").err()).startsWith("There is no cluster in");
    assertThat(cluster("kill").err()).startsWith("kill needs the ID of a broker");
    assertThat(cluster("start", "--brokers", "0").err()).contains("--brokers must be from 1");
    assertThat(cluster("start", "--bogus").err()).contains("bogus is not a recognized option");
  }
}
