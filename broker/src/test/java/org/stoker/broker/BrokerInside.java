package org.stoker.broker;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.stoker.base.Disk;
import org.stoker.settings.ServerProperties;

/** A broker in the test's own process, on a disk of the test's choice. */
final class BrokerInside implements AutoCloseable {
  private final BrokerAssembly assembly;
  private final CompletableFuture<String> fatal = new CompletableFuture<>();

  private BrokerInside(Path data, Map<String, String> overrides, UnaryOperator<Disk> disk) {
    ServerProperties properties =
        new ServerProperties()
            .set("listeners", "PLAINTEXT://127.0.0.1:0")
            .set("log.dirs", data.resolve("logs").toString())
            .set("zookeeper.embedded.dir", data.resolve("zookeeper").toString())
            .set("offsets.topic.num.partitions", "2")
            .set("offsets.topic.replication.factor", "1")
            .set("group.initial.rebalance.delay.ms", "0");
    overrides.forEach(properties::set);
    BrokerConfig config = BrokerConfig.of(properties.toSettings());
    assembly =
        new BrokerAssembly(
            config,
            BrokerOnBadDisk.on(Machine.of(config.values()), disk),
            reason -> fatal.complete(reason));
  }

  static BrokerInside start(Path data, Map<String, String> overrides, UnaryOperator<Disk> disk)
      throws StartException, InterruptedException {
    var broker = new BrokerInside(data, overrides, disk);
    boolean isStarted = false;
    try {
      broker.assembly.start();
      isStarted = true;
    } finally {
      if (!isStarted) {
        broker.close();
      }
    }
    return broker;
  }

  String address() {
    return assembly.bootstrapServers();
  }

  /** Why it could not go on. */
  CompletableFuture<String> fatal() {
    return fatal;
  }

  @Override
  public void close() {
    try {
      assembly.stop();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while a broker stopped", e);
    }
  }
}
