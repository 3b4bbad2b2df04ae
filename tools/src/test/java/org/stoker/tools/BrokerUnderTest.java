package org.stoker.tools;

import java.io.IOException;
import java.nio.file.Path;

/** The broker that both command lines are pointed at. */
interface BrokerUnderTest extends AutoCloseable {
  String bootstrapServer();

  /** Where its partitions' directories lie. */
  Path logDirectory();

  /** Whether it serves the newer kind of consumer groups, which the broker assigns (KIP-848). */
  boolean assignsPartitionsItself();

  @Override
  void close() throws IOException;

  /** Starts the kind of broker that {@code -Dtools.broker} names, in its own process. */
  static BrokerUnderTest start(Path directory) throws Exception {
    String kind = System.getProperty("tools.broker", "stoker");
    return switch (kind) {
      case "stoker" -> StokerBroker.start(directory);
      case "kafka" -> KafkaBroker.start(directory);
      default -> throw new IllegalArgumentException("no such broker: tools.broker=" + kind);
    };
  }
}
