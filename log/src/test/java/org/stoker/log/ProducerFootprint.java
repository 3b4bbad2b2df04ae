package org.stoker.log;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;

/**
 * Measures what idempotent producers take on the heap: a program for people, whose figures stand in
 * docs/operations.md.
 */
@SuppressWarnings("SystemOut")
final class ProducerFootprint {
  private static final int COUNT = 100_000;

  private ProducerFootprint() {}

  public static void main(String[] arguments) {
    measure(1);
    for (int batches : new int[] {1, ProducerState.BATCHES_KEPT}) {
      System.out.printf("a producer of %d batches: %d bytes%n", batches, measure(batches));
    }
  }

  private static long measure(int batches) {
    long before = usedBytes();
    var states =
        new ProducerStates(
            new ProducerSnapshots(new SimulatedDisk(1), Path.of("/log/orders-3")),
            ProducerMemory.ofHeap(1L << 40, new SimulatedClock()),
            Long.MAX_VALUE);
    for (int batch = 0; batch < batches; batch++) {
      for (int id = 0; id < COUNT; id++) {
        states.appended(1_000 + id, (short) 0, batch, id, id, 0, false, 0);
      }
    }
    long bytes = usedBytes() - before;
    if (states.count() != COUNT) {
      throw new IllegalStateException("there are " + states.count());
    }
    return bytes / COUNT;
  }

  private static long usedBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
