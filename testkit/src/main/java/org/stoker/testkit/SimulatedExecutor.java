package org.stoker.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Seed;

/** Many threads played by one: which of the waiting tasks runs next is drawn from a seed. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
public final class SimulatedExecutor implements Executor {
  private final Seed seed;
  private final List<Runnable> waiting = new ArrayList<>();

  public SimulatedExecutor(Seed seed) {
    this.seed = seed;
  }

  @Override
  public void execute(Runnable task) {
    waiting.add(task);
  }

  /** Runs one of the waiting tasks; false if there is none. */
  public boolean runOne() {
    if (waiting.isEmpty()) {
      return false;
    }
    waiting.remove(seed.nextInt(waiting.size())).run();
    return true;
  }

  /** Runs until nothing waits, what the tasks hand in included. */
  public void runAll() {
    while (runOne()) {
      // Each task may hand in more.
    }
  }

  public int waitingCount() {
    return waiting.size();
  }

  /** The tasks that wait never run: the process died. */
  public void forgetAll() {
    waiting.clear();
  }
}
