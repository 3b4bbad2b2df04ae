package org.stoker.benchmarks.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.stoker.base.Clock;

/** How long a stretch of work took, and how much processor the client itself used in it. */
final class ClientUsage {
  private final OperatingSystemMXBean process =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final Clock clock;
  private final long startNs;
  private final long startCpuNs;

  ClientUsage(Clock clock) {
    this.clock = clock;
    this.startCpuNs = process.getProcessCpuTime();
    this.startNs = clock.monotonicNs();
  }

  void put(ObjectNode event) {
    event.put("elapsedS", (clock.monotonicNs() - startNs) / 1e9);
    event.put("clientCpuS", (process.getProcessCpuTime() - startCpuNs) / 1e9);
  }
}
