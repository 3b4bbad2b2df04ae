package org.stoker.log;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;

/**
 * Lets a round of the flusher wait a moment for those whom the round before set free.
 *
 * <p>Clients with a bounded number of requests in flight send the next ones when they hear of the
 * last: just after a round has ended. A sync costs about the same for few bytes as for many, so the
 * round waits until as many appends have asked as the last one served. It waits at most as long as
 * the last one took, so that nobody waits twice as long as without it; not at all for a client that
 * is alone, and not after a pause, when nobody is expected.
 */
@ThreadSafe
final class CommitDelay {
  private final Clock clock;
  private final long mostNs;

  private final AtomicInteger asked = new AtomicInteger();
  private volatile @Nullable Thread waiter;
  private volatile int wanted;

  // What only the thread that runs the rounds touches.
  private int served;
  private long beganNs;
  private long endedNs;

  /**
   * Makes the delay of one flusher.
   *
   * @param mostNs the longest wait; 0 for none
   */
  CommitDelay(Clock clock, long mostNs) {
    this.clock = clock;
    this.mostNs = mostNs;
  }

  /** An append asks for the next round; any thread. */
  void asked() {
    int count = asked.incrementAndGet();
    Thread waiting = waiter;
    if (waiting != null && count >= wanted) {
      LockSupport.unpark(waiting);
    }
  }

  /** Returns when the next round should begin. */
  void await() {
    if (mostNs == 0 || served < 2 || asked.get() >= served) {
      return;
    }
    long untilNs = endedNs + Math.min(mostNs, endedNs - beganNs);
    wanted = served;
    waiter = Thread.currentThread();
    try {
      long leftNs;
      while (asked.get() < served && (leftNs = untilNs - clock.monotonicNs()) > 0) {
        LockSupport.parkNanos(this, leftNs);
      }
    } finally {
      waiter = null;
    }
  }

  /** A round begins, which serves all who have asked. */
  void begin() {
    served = asked.getAndSet(0);
    beganNs = clock.monotonicNs();
  }

  /** The round has told those who waited for it. */
  void end() {
    endedNs = clock.monotonicNs();
  }
}
