package org.stoker.network;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * Lets overlapping requests of one connection take a step in the order in which they arrived,
 * although what comes before the step may take each of them another time and another thread.
 *
 * <pre>
 * join ──▶ in line ──enter, and all before have entered or left──▶ (the step runs)
 *             └──leave──▶ (gone: those behind go on)
 * </pre>
 *
 * <p>The line is bounded by the requests that a connection may have started.
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
public final class InOrder {
  private final ArrayDeque<Place> line = new ArrayDeque<>(4);

  /** One request's place in the line. */
  public final class Place {
    private boolean isReady;
    private @Nullable Runnable step;

    private Place() {}

    /** The step may be taken: now, or when those before have. Called once, on the event loop. */
    public void enter(Runnable taken) {
      isReady = true;
      step = taken;
      advance();
    }

    /** The request has ended without the step. On the event loop; not after {@link #enter}. */
    public void leave() {
      isReady = true;
      advance();
    }
  }

  /** Whether a step would have to wait for another. */
  public boolean isAnyoneWaiting() {
    return !line.isEmpty();
  }

  /** A place behind all others. */
  public Place join() {
    var place = new Place();
    line.add(place);
    return place;
  }

  private void advance() {
    while (!line.isEmpty() && line.getFirst().isReady) {
      Runnable step = line.removeFirst().step;
      if (step != null) {
        step.run();
      }
    }
  }
}
