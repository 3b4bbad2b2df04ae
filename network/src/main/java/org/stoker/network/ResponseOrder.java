package org.stoker.network;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * The order of one connection: which of its requests may start, and whose response may leave.
 *
 * <pre>
 * arrived ──▶ waiting ──start──▶ started ──answered──▶ answered ──leave──▶ (gone)
 * </pre>
 *
 * <p>Requests start in the order in which they arrived. A request that overlaps (produce) starts
 * while other overlapping ones are unanswered. Any other starts when all before it are answered,
 * and those behind it wait until it is. Responses leave in the order of arrival.
 *
 * @param <Q> what waits to be started
 * @param <R> what leaves as its answer
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
public final class ResponseOrder<Q, R> {
  private final ArrayDeque<Slot<Q, R>> waiting = new ArrayDeque<>(4);
  private final ArrayDeque<Slot<Q, R>> started = new ArrayDeque<>(4);
  private int unanswered;
  private @Nullable Slot<Q, R> exclusive;

  /** One request's place. */
  public static final class Slot<Q, R> {
    private final Q request;
    private final boolean overlaps;
    private boolean isAnswered;
    private @Nullable R response;
    private @Nullable Runnable onNext;
    private @Nullable Runnable onEnd;

    private Slot(Q request, boolean overlaps) {
      this.request = request;
      this.overlaps = overlaps;
    }

    public Q request() {
      return request;
    }
  }

  public void arrived(Q request, boolean overlaps) {
    waiting.add(new Slot<>(request, overlaps));
    if (exclusive != null) {
      runOnNext(exclusive);
    }
  }

  /**
   * Says when something waits behind this request, which holds it up: once, at once if something
   * does already. A request that overlaps never hears.
   */
  public void whenNextArrives(Slot<Q, R> slot, Runnable onNext) {
    slot.onNext = onNext;
    if (slot == exclusive && !waiting.isEmpty()) {
      runOnNext(slot);
    }
  }

  /** Says when the connection has ended and the request is still unanswered. */
  public void whenEnded(Slot<Q, R> slot, Runnable onEnd) {
    slot.onEnd = onEnd;
  }

  private static <Q, R> void runOnNext(Slot<Q, R> slot) {
    Runnable onNext = slot.onNext;
    slot.onNext = null;
    if (onNext != null) {
      onNext.run();
    }
  }

  /** The next request whose time has come, which thereby is started; null when none may start. */
  public @Nullable Slot<Q, R> start() {
    Slot<Q, R> next = waiting.peek();
    if (next == null || exclusive != null || (!next.overlaps && unanswered > 0)) {
      return null;
    }
    waiting.remove();
    started.add(next);
    unanswered++;
    exclusive = next.overlaps ? null : next;
    return next;
  }

  /** Keeps the response until its turn; null when the request has none. */
  public void answered(Slot<Q, R> slot, @Nullable R response) {
    if (slot.isAnswered) {
      throw new IllegalStateException("a request was answered twice");
    }
    slot.isAnswered = true;
    slot.response = response;
    slot.onEnd = null;
    unanswered--;
    if (!slot.overlaps) {
      exclusive = null;
    }
  }

  /** Hands over the responses that may leave now, in order. */
  public void leave(Consumer<R> out) {
    while (!started.isEmpty() && started.peek().isAnswered) {
      R response = started.remove().response;
      if (response != null) {
        out.accept(response);
      }
    }
  }

  /** Forgets those that did not start, each handed over; the started ones are still expected. */
  void dropWaiting(Consumer<Q> out) {
    while (!waiting.isEmpty()) {
      out.accept(waiting.remove().request);
    }
  }

  /** Hands over every response that was kept for its turn, which will not come. */
  void dropResponses(Consumer<R> out) {
    for (Slot<Q, R> slot : started) {
      R response = slot.response;
      slot.response = null;
      if (response != null) {
        out.accept(response);
      }
    }
  }

  /** Hands over what was to run when the connection ends before these are answered. */
  public void end(Consumer<Runnable> out) {
    for (Slot<Q, R> slot : started) {
      Runnable onEnd = slot.onEnd;
      slot.onEnd = null;
      if (onEnd != null) {
        out.accept(onEnd);
      }
    }
  }

  /** Requests that arrived and whose turn to leave has not come. */
  int size() {
    return waiting.size() + started.size();
  }

  int unanswered() {
    return unanswered;
  }

  boolean hasWaiting() {
    return !waiting.isEmpty();
  }
}
