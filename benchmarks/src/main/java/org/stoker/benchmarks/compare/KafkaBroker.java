package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Apache Kafka, one KRaft node, with the settings and JVM flags that its own scripts give it. */
record KafkaBroker(Path libraries, Path javaProgram, List<String> moreFlags)
    implements BrokerUnderComparison {
  static final String NAME = "Kafka";

  /** The defaults of kafka-run-class.sh and kafka-server-start.sh. */
  private static final List<String> JVM_FLAGS =
      List.of(
          "-Xmx1G",
          "-Xms1G",
          "-server",
          "-XX:+UseG1GC",
          "-XX:MaxGCPauseMillis=20",
          "-XX:InitiatingHeapOccupancyPercent=35",
          "-XX:+ExplicitGCInvokesConcurrent",
          "-Djava.awt.headless=true");

  private static final String LOGGING =
      """
      <Configuration status="WARN">
        <Appenders>
          <File name="file" fileName="${sys:kafka.logs.dir}/server.log">
            <PatternLayout pattern="[%d] %p %m (%c)%n"/>
          </File>
        </Appenders>
        <Loggers>
          <Root level="INFO"><AppenderRef ref="file"/></Root>
        </Loggers>
      </Configuration>
      """;

  private static final long FORMAT_S = 60;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, String> environment() {
    return Map.of();
  }

  KafkaBroker with(String flag) {
    return new KafkaBroker(libraries, javaProgram, List.of(flag));
  }

  /** Writes what config/server.properties of the distribution says, and formats the storage. */
  @Override
  public void prepare(Installation at) throws IOException, InterruptedException, RoundFailed {
    Files.createDirectories(at.directory());
    Files.writeString(at.directory().resolve("log4j2.xml"), LOGGING);
    Files.writeString(properties(at), serverProperties(at));
    List<String> command = new ArrayList<>(java(at, List.of()));
    command.add("kafka.tools.StorageTool");
    command.addAll(List.of("format", "-t", clusterId(), "-c", properties(at).toString()));
    Path log = at.directory().resolve("format.log");
    Process format =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!format.waitFor(FORMAT_S, TimeUnit.SECONDS) || format.exitValue() != 0) {
      format.destroyForcibly();
      throw new RoundFailed("Kafka's storage could not be formatted: " + Files.readString(log));
    }
  }

  @Override
  public ClusterPlan cluster(Path directory, Map<String, String> settings) throws IOException {
    List<Integer> controllerPorts = new ArrayList<>();
    List<String> voters = new ArrayList<>();
    for (int id = 1; id <= ClusterPlan.BROKERS; id++) {
      controllerPorts.add(FreePort.any());
      voters.add(id + "@localhost:" + controllerPorts.get(id - 1));
    }
    List<Installation> members = new ArrayList<>();
    for (int id = 1; id <= ClusterPlan.BROKERS; id++) {
      int port = FreePort.any();
      Map<String, String> overrides = new LinkedHashMap<>();
      overrides.put("node.id", Integer.toString(id));
      overrides.put("controller.quorum.voters", String.join(",", voters));
      overrides.put(
          "listeners",
          "PLAINTEXT://localhost:%d,CONTROLLER://localhost:%d"
              .formatted(port, controllerPorts.get(id - 1)));
      overrides.putAll(settings);
      members.add(new Installation(directory.resolve("broker-" + id), port, overrides));
    }
    return new ClusterPlan(members, ClusterPlan.ZooKeeper.NONE);
  }

  @Override
  public List<String> command(Installation at) {
    var flags = new ArrayList<>(JVM_FLAGS);
    flags.addAll(moreFlags);
    List<String> command = new ArrayList<>(java(at, flags));
    command.add("kafka.Kafka");
    command.add(properties(at).toString());
    return command;
  }

  @Override
  public Map<String, String> onDisk() {
    return Map.of("flush.messages", "1");
  }

  @Override
  public Map<String, String> inPageCache() {
    return Map.of();
  }

  private List<String> java(Installation at, List<String> flags) {
    var command = new ArrayList<String>();
    command.add(javaProgram.toString());
    command.addAll(flags);
    command.add("-Dkafka.logs.dir=" + at.directory());
    command.add("-Dlog4j2.configurationFile=" + at.directory().resolve("log4j2.xml"));
    command.add("-cp");
    command.add(libraries + "/*");
    return command;
  }

  private static Path properties(Installation at) {
    return at.directory().resolve("server.properties");
  }

  private static String serverProperties(Installation at) throws IOException {
    int controllerPort = FreePort.any();
    var lines = new ArrayList<String>();
    lines.add("process.roles=broker,controller");
    lines.add("node.id=1");
    lines.add("controller.quorum.voters=1@localhost:" + controllerPort);
    lines.add(
        "listeners=PLAINTEXT://localhost:%d,CONTROLLER://localhost:%d"
            .formatted(at.port(), controllerPort));
    lines.add("advertised.listeners=PLAINTEXT://localhost:" + at.port());
    lines.add("controller.listener.names=CONTROLLER");
    lines.add("inter.broker.listener.name=PLAINTEXT");
    lines.add("listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
    lines.add("log.dirs=" + at.directory().resolve("data"));
    lines.add("num.network.threads=3");
    lines.add("num.io.threads=8");
    lines.add("socket.send.buffer.bytes=102400");
    lines.add("socket.receive.buffer.bytes=102400");
    lines.add("num.partitions=1");
    lines.add("offsets.topic.replication.factor=1");
    lines.add("share.coordinator.state.topic.replication.factor=1");
    lines.add("share.coordinator.state.topic.min.isr=1");
    lines.add("transaction.state.log.replication.factor=1");
    lines.add("transaction.state.log.min.isr=1");
    lines.add("log.retention.hours=168");
    at.overrides().forEach((key, value) -> lines.add(key + "=" + value));
    return String.join("\n", lines) + "\n";
  }

  /** Any sixteen bytes do for a cluster that lives for a round. */
  private static String clusterId() {
    byte[] bytes = "stoker-benchmark".getBytes(StandardCharsets.US_ASCII);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
