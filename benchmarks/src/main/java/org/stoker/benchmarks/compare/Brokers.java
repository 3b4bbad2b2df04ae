package org.stoker.benchmarks.compare;

import java.io.IOException;

/** What a round's load goes to: one broker, or several that form a cluster. */
interface Brokers {
  String bootstrap();

  /** Processor time of all processes since they started. */
  double cpuSeconds() throws IOException;

  double residentMegabytes() throws IOException;

  /** The clean way, as SIGTERM asks for it. */
  void stop() throws InterruptedException, RoundFailed;
}
