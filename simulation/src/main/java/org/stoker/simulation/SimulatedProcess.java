package org.stoker.simulation;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.Seed;
import org.stoker.base.StorageException;
import org.stoker.base.Timers;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedLane;

/**
 * One process: its threads, timers and lanes. When it has died nothing of it ever runs again; while
 * it is paused everything waits, and then happens late.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class SimulatedProcess implements Executor, Timers {
  private static final int STORAGE_THREADS = 3;

  private final String name;
  private final Scheduler scheduler;
  private final SimulatedClock clock;
  private final Seed seed;
  private final Trace trace;
  private final ArrayDeque<Runnable> heldUp = new ArrayDeque<>();
  private final Executor storage = pool(STORAGE_THREADS);
  private int slownessMs;
  private int starvationMs;
  private boolean isDead;
  private boolean isPaused;
  // While it starves it runs in bursts: what such a burst leads to waits for the next one.
  private boolean isBurstDue;

  SimulatedProcess(String name, Scheduler scheduler, SimulatedClock clock, Seed seed, Trace trace) {
    this.trace = trace;
    this.name = name;
    this.scheduler = scheduler;
    this.clock = clock;
    this.seed = seed;
  }

  boolean isDead() {
    return isDead;
  }

  boolean isPaused() {
    return isPaused;
  }

  void die() {
    isDead = true;
    heldUp.clear();
  }

  void pause() {
    isPaused = true;
  }

  void goOn() {
    isPaused = false;
    while (!heldUp.isEmpty()) {
      scheduler.ready(this, heldUp.remove());
    }
  }

  /** From now on what waits for the disk takes up to this long. */
  void slowDiskMs(int longestMs) {
    slownessMs = longestMs;
  }

  /** From now on each task waits up to this long for a processor, while the clock goes on. */
  void starve(int longestMs) {
    starvationMs = longestMs;
  }

  private void holdUp(Runnable work) {
    heldUp.add(work);
    if (!isBurstDue && !isPaused) {
      isBurstDue = true;
      clock.after(
          1 + seed.nextInt(Math.max(1, starvationMs)),
          () -> {
            isBurstDue = false;
            if (!isPaused) {
              List<Runnable> burst = List.copyOf(heldUp);
              heldUp.clear();
              burst.forEach(task -> scheduler.ready(this, new Fed(task)));
            }
          });
    }
  }

  /** A task that has its processor. */
  private record Fed(Runnable task) implements Runnable {
    @Override
    public void run() {
      task.run();
    }
  }

  /** Runs a task that the scheduler has chosen. */
  void run(Runnable work) {
    if (isDead) {
      return;
    }
    if (isPaused) {
      heldUp.add(work);
    } else if (starvationMs > 0 && !(work instanceof Fed)) {
      holdUp(work);
    } else {
      try {
        work.run();
      } catch (StorageException e) {
        // As the top of a lane does: the directory that failed has told its listener already.
        trace.note(name + ": " + e.getMessage());
      }
    }
  }

  @Override
  public void execute(Runnable task) {
    if (!isDead) {
      scheduler.ready(this, task);
    }
  }

  /** The threads that wait for the disk. */
  Executor storage() {
    return storage;
  }

  /** So many threads that wait for the disk; what they have no time for is queued. */
  Executor pool(int threads) {
    return new Pool(threads);
  }

  /** Each of its tasks holds a thread up for as long as the disk takes. */
  private final class Pool implements Executor {
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private int idle;

    Pool(int threads) {
      this.idle = threads;
    }

    @Override
    public void execute(Runnable task) {
      queue.add(task);
      takeOne();
    }

    private void takeOne() {
      if (idle > 0 && !queue.isEmpty()) {
        idle--;
        Runnable task = queue.remove();
        after(seed.nextInt(2 + slownessMs), () -> runOne(task));
      }
    }

    private void runOne(Runnable task) {
      try {
        task.run();
      } finally {
        idle++;
        takeOne();
      }
    }
  }

  Lane lane() {
    return new SimulatedLane(seed, this);
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    var pending = new Pending(task);
    Timer timer = clock.after(delayMs, () -> execute(pending));
    return () -> {
      pending.isCancelled = true;
      timer.cancel();
    };
  }

  private static final class Pending implements Runnable {
    private final Runnable task;
    private boolean isCancelled;

    Pending(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (!isCancelled) {
        task.run();
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
