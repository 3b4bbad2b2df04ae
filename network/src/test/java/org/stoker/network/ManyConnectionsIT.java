package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ten thousand connections from another process that do nothing, or half of something. */
final class ManyConnectionsIT {
  private static final Logger log = LoggerFactory.getLogger(ManyConnectionsIT.class);
  private static final int WANTED = 10_000;
  private static final int KEPT_FREE = 500;

  @Test
  void areHeldInLittleMemoryWhileANeighbourIsServed() throws IOException, InterruptedException {
    int count = allowedConnections();
    try (var network = RunningNetwork.with(NetworkConfig.defaults(), RunningNetwork.ANSWERING)) {
      var neighbour = new Neighbour(network);
      long heapBefore = usedHeapAfterCollection();
      long directBefore = DirectMemory.used();
      Process crowd = startCrowd(network.port(), count);
      try (var said =
          new BufferedReader(
              new InputStreamReader(crowd.getInputStream(), StandardCharsets.UTF_8))) {
        assertThat(said.readLine()).isEqualTo("open " + count);
        RunningNetwork.await(
            "all were let in", () -> network.network().connectionCount() == count + 1);
        neighbour.isServed();

        long heapBytes = usedHeapAfterCollection() - heapBefore;
        long directBytes = DirectMemory.used() - directBefore;
        log.warn(
            "{} connections hold {} KB of heap and {} KB of buffers",
            count,
            heapBytes >> 10,
            directBytes >> 10);
        assertThat(heapBytes / count).as("heap per connection").isLessThan(12_000);
        assertThat(directBytes).as("buffers of all").isLessThan(16 << 20);
        assertThat(network.network().requestBytesHeld()).isZero();
        neighbour.isServed();
      } finally {
        crowd.getOutputStream().close();
        assertThat(crowd.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      RunningNetwork.await("all have left", () -> network.network().connectionCount() == 1);
      neighbour.isServed();
    }
  }

  /** Each side needs a file descriptor for each connection. */
  private static int allowedConnections() {
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long allowed = system.getMaxFileDescriptorCount() - KEPT_FREE;
    if (allowed < WANTED) {
      log.warn("Only {} of {} connections: ulimit -n does not allow more", allowed, WANTED);
    }
    return (int) Math.min(WANTED, allowed);
  }

  private static Process startCrowd(int port, int count) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            CrowdMain.class.getName(),
            Integer.toString(port),
            Integer.toString(count))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static long usedHeapAfterCollection() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
