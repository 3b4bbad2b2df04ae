package org.stoker.coordinator.group;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import org.stoker.base.ConfinedTo;
import org.stoker.coordinator.runtime.Reply;
import org.stoker.coordinator.runtime.ReplyTo;

/**
 * What a command led to.
 *
 * @param records to be stored, in this order
 * @param replies that can leave now
 * @param timers to set and to stop, in this order
 * @param whenStored what goes on when the records are stored; at once if there are none
 * @param divisible whether the records may be stored in several batches, some without the others
 */
record Decision(
    List<GroupRecord> records,
    List<Reply<?>> replies,
    List<TimerChange> timers,
    List<WhenStored> whenStored,
    boolean divisible) {

  /** Gathers a decision while the rules are gone through. */
  @ConfinedTo(ConfinedTo.CALLER)
  static final class Draft {
    private final long nowMs;
    private final List<GroupRecord> records = new ArrayList<>();
    private final List<Reply<?>> replies = new ArrayList<>();
    private final List<TimerChange> timers = new ArrayList<>();
    private final List<WhenStored> whenStored = new ArrayList<>();
    private boolean divisible;

    /**
     * @param nowMs the wall clock: it is written into records
     */
    Draft(long nowMs) {
      this.nowMs = nowMs;
    }

    long nowMs() {
      return nowMs;
    }

    @CanIgnoreReturnValue
    Draft store(GroupRecord record) {
      records.add(record);
      return this;
    }

    boolean storesAnything() {
      return !records.isEmpty();
    }

    @CanIgnoreReturnValue
    <R> Draft reply(ReplyTo<R> to, R body) {
      replies.add(new Reply<>(to, body));
      return this;
    }

    @CanIgnoreReturnValue
    Draft setTimer(TimerKey key, long delayMs, TimerEvent event) {
      timers.add(new TimerChange.Set(key, delayMs, event));
      return this;
    }

    @CanIgnoreReturnValue
    Draft cancelTimer(TimerKey key) {
      timers.add(new TimerChange.Cancel(key));
      return this;
    }

    @CanIgnoreReturnValue
    Draft whenStored(WhenStored next) {
      whenStored.add(next);
      return this;
    }

    @CanIgnoreReturnValue
    Draft divisible() {
      divisible = true;
      return this;
    }

    Decision decide() {
      return new Decision(
          List.copyOf(records),
          List.copyOf(replies),
          List.copyOf(timers),
          List.copyOf(whenStored),
          divisible);
    }
  }
}
