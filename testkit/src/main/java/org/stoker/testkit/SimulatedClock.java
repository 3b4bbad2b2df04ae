package org.stoker.testkit;

import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers;

/** A clock that stands still until a test turns it; timers run inside the call that turns it. */
@ThreadSafe
public final class SimulatedClock implements Clock, Timers {
  private static final long NS_PER_MS = 1_000_000;

  private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();
  private long nowNs;
  private long wallAheadMs;
  private long timersMade;

  public SimulatedClock() {
    this(1_800_000_000_000L);
  }

  public SimulatedClock(long wallMs) {
    this.wallAheadMs = wallMs;
  }

  @Override
  public synchronized long wallMs() {
    return wallAheadMs + nowNs / NS_PER_MS;
  }

  @Override
  public synchronized long monotonicNs() {
    return nowNs;
  }

  /** Sets the wall clock alone, as an operator or NTP does; timers do not notice. */
  public synchronized void setWallMs(long wallMs) {
    wallAheadMs = wallMs - nowNs / NS_PER_MS;
  }

  @Override
  public synchronized Timer after(long delayMs, Runnable task) {
    var timer = new Waiting(dueNs(delayMs), timersMade++, task);
    waiting.add(timer);
    return timer;
  }

  /** What lies beyond the end of time never comes. */
  private long dueNs(long delayMs) {
    long delayNs = TimeUnit.MILLISECONDS.toNanos(Math.max(0, delayMs));
    return delayNs > Long.MAX_VALUE - nowNs ? Long.MAX_VALUE : nowNs + delayNs;
  }

  /** Lets the time pass, and runs what became due, each at its own moment. */
  public void advanceMs(long passedMs) {
    advanceNs(Math.multiplyExact(passedMs, NS_PER_MS));
  }

  /** Lets the time pass, and runs what became due, each at its own moment. */
  public void advanceNs(long passedNs) {
    long untilNs = Math.addExact(monotonicNs(), passedNs);
    while (true) {
      Waiting next = takeDue(untilNs);
      if (next == null) {
        return;
      }
      next.task.run();
    }
  }

  /** Goes to the next timer's moment and runs it; false if none waits. */
  public boolean runNextTimer() {
    Waiting next = takeDue(Long.MAX_VALUE);
    if (next == null) {
      return false;
    }
    next.task.run();
    return true;
  }

  /**
   * Goes to the next timer's moment and runs it, if that is not later; else to that moment, and
   * false.
   */
  public boolean runNextTimerUntil(long untilNs) {
    Waiting next = takeDue(untilNs);
    if (next == null) {
      return false;
    }
    next.task.run();
    return true;
  }

  public synchronized int timersWaiting() {
    return waiting.size();
  }

  private synchronized @Nullable Waiting takeDue(long untilNs) {
    Waiting next = waiting.peek();
    if (next == null || next.dueNs > untilNs) {
      if (untilNs != Long.MAX_VALUE) {
        nowNs = Math.max(nowNs, untilNs);
      }
      return null;
    }
    waiting.remove();
    nowNs = Math.max(nowNs, next.dueNs);
    return next;
  }

  private synchronized void cancel(Waiting timer) {
    waiting.remove(timer);
  }

  private final class Waiting implements Timer, Comparable<Waiting> {
    private final long dueNs;
    private final long number;
    private final Runnable task;

    Waiting(long dueNs, long number, Runnable task) {
      this.dueNs = dueNs;
      this.number = number;
      this.task = task;
    }

    @Override
    public void cancel() {
      SimulatedClock.this.cancel(this);
    }

    @Override
    public int compareTo(Waiting other) {
      int byTime = Long.compare(dueNs, other.dueNs);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }
}
