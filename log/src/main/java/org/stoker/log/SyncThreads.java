package org.stoker.log;

import java.util.List;
import java.util.concurrent.Executor;
import org.stoker.base.Clock;
import org.stoker.base.CpuLoad;
import org.stoker.base.ThreadSafe;

/**
 * How many threads sync the files of a round.
 *
 * <p>With one for each file a round is shortest, but all have to be woken and waited for. Where the
 * processors have nothing to spare that costs more than it brings, unless the disk is slow: then no
 * thread is woken for less than two files, nor more of them than there are processors.
 */
@ThreadSafe
final class SyncThreads {
  private static final int FILES_WORTH_A_THREAD = 2;
  // Less than any turning disk takes, more than others do while their callers wait for a processor.
  private static final long SLOW_NS = 4_000_000;

  private final Clock clock;
  private final CpuLoad cpu;
  private final int processors;
  private final int mostThreads;
  private final Executor helpers;
  // Of the last round, or of the last sync when the directory stops: either tells of the disk.
  private volatile long lastSyncNs;

  SyncThreads(Clock clock, CpuLoad cpu, int processors, int mostThreads, Executor helpers) {
    this.clock = clock;
    this.cpu = cpu;
    this.processors = processors;
    this.mostThreads = mostThreads;
    this.helpers = helpers;
  }

  /** Returns when all have run. */
  void run(List<? extends Runnable> syncs) {
    int threads = Math.min(threadsFor(syncs.size()), mostThreads);
    long beganNs = clock.monotonicNs();
    ParallelWork.run(syncs, threads, helpers);
    lastSyncNs = (clock.monotonicNs() - beganNs) * threads / Math.max(1, syncs.size());
  }

  private int threadsFor(int files) {
    boolean isSparing = lastSyncNs < SLOW_NS && cpu.isHigh();
    return isSparing
        ? Math.min(processors, Math.ceilDiv(files, FILES_WORTH_A_THREAD))
        : Math.max(1, files);
  }
}
