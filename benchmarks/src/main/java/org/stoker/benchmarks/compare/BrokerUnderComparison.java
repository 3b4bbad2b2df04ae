package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** How one of the two brokers is set up and started. */
sealed interface BrokerUnderComparison permits KafkaBroker, StokerBroker {
  String name();

  /** Makes what must exist before a first start on this directory. */
  void prepare(Installation at) throws IOException, InterruptedException, RoundFailed;

  /**
   * Three brokers that are to form one cluster, each to be prepared on its own.
   *
   * @param settings on top of the brokers' defaults
   */
  ClusterPlan cluster(Path directory, Map<String, String> settings) throws IOException;

  /** The command that runs the broker, as the process itself or by exec. */
  List<String> command(Installation at);

  /** Added to what the broker's process inherits. */
  Map<String, String> environment();

  /** Settings of a topic whose acknowledged records are on disk. */
  Map<String, String> onDisk();

  /** Settings of a topic whose acknowledged records are in the page cache at least. */
  Map<String, String> inPageCache();

  /**
   * Where one round's broker keeps everything, and where it listens.
   *
   * @param overrides settings on top of the broker's defaults
   */
  record Installation(Path directory, int port, Map<String, String> overrides) {
    String bootstrap() {
      return "localhost:" + port;
    }
  }
}
