package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Stoker as {@code bin/stoker start} starts it, with nothing else. */
record StokerBroker(Path home, boolean isWithAotCache) implements BrokerUnderComparison {
  static final String NAME = "Stoker";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, String> environment() {
    return isWithAotCache ? Map.of() : Map.of("KAFKA_OPTS", "-XX:AOTMode=off");
  }

  @Override
  public void prepare(Installation at) {
    // The first start makes what it needs.
  }

  @Override
  public ClusterPlan cluster(Path directory, Map<String, String> settings) throws IOException {
    int zooKeeperPort = FreePort.any();
    Path properties = directory.resolve("zookeeper.properties");
    Files.writeString(
        properties,
        "dataDir=%s%nclientPort=%d%n".formatted(directory.resolve("zookeeper"), zooKeeperPort));
    List<Installation> members = new ArrayList<>();
    for (int id = 1; id <= ClusterPlan.BROKERS; id++) {
      Map<String, String> overrides = new LinkedHashMap<>();
      overrides.put("broker.id", Integer.toString(id));
      overrides.put("zookeeper.connect", "localhost:" + zooKeeperPort);
      overrides.putAll(settings);
      members.add(new Installation(directory.resolve("broker-" + id), FreePort.any(), overrides));
    }
    return new ClusterPlan(
        members,
        new ClusterPlan.ZooKeeper(
            List.of(
                home.resolve("bin/zookeeper-server-start.sh").toString(), properties.toString()),
            zooKeeperPort));
  }

  @Override
  public List<String> command(Installation at) {
    var command = new ArrayList<String>();
    command.add(home.resolve("bin/stoker").toString());
    command.add("start");
    command.addAll(List.of("--data-dir", at.directory().resolve("data").toString()));
    command.addAll(List.of("--port", Integer.toString(at.port())));
    at.overrides()
        .forEach((key, value) -> command.addAll(List.of("--override", key + "=" + value)));
    return command;
  }

  @Override
  public Map<String, String> onDisk() {
    return Map.of();
  }

  @Override
  public Map<String, String> inPageCache() {
    return Map.of("log.flush.acks", "false");
  }
}
