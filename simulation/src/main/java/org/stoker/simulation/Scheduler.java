package org.stoker.simulation;

import java.util.ArrayList;
import java.util.List;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Seed;
import org.stoker.testkit.SimulatedClock;

/**
 * Every thread of every process, played by one: which of the tasks that could run is next is drawn
 * from the seed, and time passes only when none is left.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Scheduler {
  private final SimulatedClock clock;
  private final Seed seed;
  private final List<Task> ready = new ArrayList<>();
  private long steps;

  private record Task(SimulatedProcess process, Runnable work) {}

  Scheduler(SimulatedClock clock, Seed seed) {
    this.clock = clock;
    this.seed = seed;
  }

  void ready(SimulatedProcess process, Runnable work) {
    ready.add(new Task(process, work));
  }

  /** Lets the time pass, and everything happen that happens in it. */
  void advanceMs(long passedMs) {
    long untilNs = clock.monotonicNs() + passedMs * 1_000_000;
    runReady();
    while (clock.runNextTimerUntil(untilNs)) {
      runReady();
    }
  }

  private void runReady() {
    while (!ready.isEmpty()) {
      int chosen = seed.nextInt(ready.size());
      Task task = ready.get(chosen);
      Task last = ready.removeLast();
      if (chosen < ready.size()) {
        ready.set(chosen, last);
      }
      steps++;
      task.process().run(task.work());
    }
  }

  long steps() {
    return steps;
  }
}
