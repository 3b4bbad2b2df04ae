package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;

/** Apache Kafka itself: one node that is broker and controller, in a JVM of its own. */
final class KafkaBroker implements BrokerUnderTest {

  private final Process process;
  private final int port;
  private final Path logDirectory;

  private KafkaBroker(Process process, int port, Path logDirectory) {
    this.process = process;
    this.port = port;
    this.logDirectory = logDirectory;
  }

  static KafkaBroker start(Path directory) throws Exception {
    int port = freePort();
    int controllerPort = freePort();
    Path logDirectory = directory.resolve("data");
    Path config = directory.resolve("server.properties");
    Files.writeString(
        config,
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:%2$d
        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        controller.listener.names=CONTROLLER
        log.dirs=%3$s
        log.segment.delete.delay.ms=0
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=1
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        group.initial.rebalance.delay.ms=0
        """
            .formatted(port, controllerPort, logDirectory));
    Path log = directory.resolve("broker.log");
    Process format =
        java(
            log,
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id",
            Uuid.randomUuid().toString(),
            "--config",
            config.toString());
    assertThat(format.waitFor()).as("formatting, see %s", log).isZero();
    var broker = new KafkaBroker(java(log, "kafka.Kafka", config.toString()), port, logDirectory);
    broker.awaitReady();
    return broker;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Process java(Path log, String mainClass, String... args) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("kafka.broker.lib") + "/*",
                mainClass));
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  /** The admin client itself goes on trying until the broker answers. */
  private void awaitReady() throws Exception {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServer()))) {
      assertThat(admin.describeCluster().nodes().get()).hasSize(1);
    }
  }

  @Override
  public String bootstrapServer() {
    return "127.0.0.1:" + port;
  }

  @Override
  public Path logDirectory() {
    return logDirectory;
  }

  @Override
  public boolean assignsPartitionsItself() {
    return true;
  }

  @Override
  public void close() throws IOException {
    BrokerUnderTest.stop(process);
  }
}
