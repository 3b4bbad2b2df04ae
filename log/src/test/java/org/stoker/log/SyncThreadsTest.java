package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedClock;

final class SyncThreadsTest {
  private static final int PROCESSORS = 2;
  private static final int MOST_THREADS = 8;

  private final SimulatedClock clock = new SimulatedClock();
  private final AtomicInteger helpers = new AtomicInteger();
  private boolean isCpuBusy;
  private final SyncThreads threads =
      new SyncThreads(
          clock,
          () -> isCpuBusy,
          PROCESSORS,
          MOST_THREADS,
          help -> {
            helpers.incrementAndGet();
            help.run();
          });

  @Test
  void everyFileHasAThreadWhereTheProcessorsHaveTime() {
    assertThat(helpersOfARound(3, 0)).isEqualTo(2);
    assertThat(helpersOfARound(12, 0)).isEqualTo(MOST_THREADS - 1);
  }

  @Test
  void noThreadIsWokenForLessThanTwoFilesWhereTheyHaveNot() {
    isCpuBusy = true;

    assertThat(helpersOfARound(2, 0)).isZero();
    assertThat(helpersOfARound(3, 0)).isEqualTo(1);
  }

  @Test
  void norMoreThreadsThanThereAreProcessors() {
    isCpuBusy = true;

    assertThat(helpersOfARound(8, 0)).isEqualTo(PROCESSORS - 1);
  }

  @Test
  void aSlowDiskIsAskedForAllAtOnceAllTheSame() {
    isCpuBusy = true;
    helpersOfARound(2, 10);

    assertThat(helpersOfARound(3, 0)).isEqualTo(2);
    assertThat(helpersOfARound(3, 0)).as("once it is fast again").isEqualTo(1);
  }

  /** What counts is how long one file takes. */
  @Test
  void aRoundOfManyFilesDoesNotMakeADiskSlow() {
    isCpuBusy = true;
    helpersOfARound(4, 1);

    assertThat(helpersOfARound(3, 0)).isEqualTo(1);
  }

  private int helpersOfARound(int files, int syncMs) {
    helpers.set(0);
    threads.run(Collections.nCopies(files, () -> clock.advanceMs(syncMs)));
    return helpers.get();
  }
}
