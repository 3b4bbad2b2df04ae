package org.stoker.coordinator.runtime;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.ErrorCode;

/**
 * What a command led to.
 *
 * @param records to append, in this order
 * @param replies that can leave now
 * @param timers to set and to cancel, in this order
 * @param continuations called when the records are stored or lost; at once if there are none
 * @param divisible whether the records may be appended in several batches, some without the others
 */
public record Decision<R>(
    List<R> records,
    List<Reply<?>> replies,
    List<TimerChange<R>> timers,
    List<Continuation<R>> continuations,
    boolean divisible) {

  public Decision {
    if (divisible && !continuations.isEmpty()) {
      throw new IllegalArgumentException("records in several batches have no common outcome");
    }
  }

  public static <R> Decision<R> nothing() {
    return new Decision<>(List.of(), List.of(), List.of(), List.of(), false);
  }

  /** Gathers a decision while the rules are gone through. */
  @ConfinedTo(ConfinedTo.CALLER)
  public static final class Draft<R> {
    private final long nowMs;
    private final List<R> records = new ArrayList<>();
    private final List<Reply<?>> replies = new ArrayList<>();
    private final List<TimerChange<R>> timers = new ArrayList<>();
    private final List<Continuation<R>> continuations = new ArrayList<>();
    private boolean divisible;

    /**
     * @param nowMs the wall clock: it is written into records
     */
    public Draft(long nowMs) {
      this.nowMs = nowMs;
    }

    public long nowMs() {
      return nowMs;
    }

    @CanIgnoreReturnValue
    public Draft<R> append(R record) {
      records.add(record);
      return this;
    }

    public boolean appendsAnything() {
      return !records.isEmpty();
    }

    @CanIgnoreReturnValue
    public <A> Draft<R> reply(ReplyTo<A> to, A body) {
      replies.add(new Reply<>(to, body));
      return this;
    }

    /** Replies when the records are stored, or are not. */
    @CanIgnoreReturnValue
    public <A> Draft<R> replyWhenStored(ReplyTo<A> to, A stored, Function<ErrorCode, A> failed) {
      return whenStored((outcome, laterMs) ->
          new Draft<R>(laterMs)
              .reply(to, outcome == ErrorCode.NONE ? stored : failed.apply(outcome))
              .decide());
    }

    @CanIgnoreReturnValue
    public Draft<R> whenStored(Continuation<R> continuation) {
      continuations.add(continuation);
      return this;
    }

    @CanIgnoreReturnValue
    public Draft<R> setTimer(TimerKey key, long delayMs, TimerChange.Operation<R> operation) {
      timers.add(new TimerChange.Set<>(key, delayMs, operation));
      return this;
    }

    @CanIgnoreReturnValue
    public Draft<R> cancelTimer(TimerKey key) {
      timers.add(new TimerChange.Cancel<>(key));
      return this;
    }

    @CanIgnoreReturnValue
    public Draft<R> divisible() {
      divisible = true;
      return this;
    }

    public Decision<R> decide() {
      return new Decision<>(
          List.copyOf(records),
          List.copyOf(replies),
          List.copyOf(timers),
          List.copyOf(continuations),
          divisible);
    }
  }
}
