package org.stoker.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The broker that both command lines are pointed at. */
interface BrokerUnderTest extends AutoCloseable {
  long STOP_TIMEOUT_S = 20;

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

  /** Asks the process to end, and makes it if it does not. */
  static void stop(Process process) throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(STOP_TIMEOUT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
