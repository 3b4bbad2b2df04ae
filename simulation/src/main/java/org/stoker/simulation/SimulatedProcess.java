package org.stoker.simulation;

import java.util.ArrayDeque;
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
  private final String name;
  private final Scheduler scheduler;
  private final SimulatedClock clock;
  private final Seed seed;
  private final Trace trace;
  private final ArrayDeque<Runnable> heldUp = new ArrayDeque<>();
  private int slownessMs;
  private boolean isDead;
  private boolean isPaused;

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

  /** Runs a task that the scheduler has chosen. */
  void run(Runnable work) {
    if (isDead) {
      return;
    }
    if (isPaused) {
      heldUp.add(work);
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

  /** Runs what waits for the disk, some time later. */
  Executor storage() {
    return task -> after(seed.nextInt(2 + slownessMs), task);
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
