package org.stoker.simulation;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;

/** A lane that others submit to from outside the process: it dies and pauses with it. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class GuardedLane implements Lane {
  private final Lane lane;
  private final SimulatedProcess process;
  // A process that is held up runs what it was given in any order; this lane's must keep theirs.
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

  GuardedLane(Lane lane, SimulatedProcess process) {
    this.lane = lane;
    this.process = process;
  }

  @Override
  public void submit(Runnable task) {
    waiting.add(task);
    process.run(() -> lane.submit(waiting.remove()));
  }

  @Override
  public void continueOn(Executor executor, Runnable work) {
    lane.continueOn(executor, work);
  }

  @Override
  public void assertCurrent() {
    lane.assertCurrent();
  }
}
