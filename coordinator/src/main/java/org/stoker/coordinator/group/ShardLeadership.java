package org.stoker.coordinator.group;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Timers.Timer;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.CoordinatorErrors;
import org.stoker.coordinator.runtime.EncodedRecord;
import org.stoker.coordinator.runtime.Reply;
import org.stoker.coordinator.runtime.ShardLog;
import org.stoker.coordinator.runtime.ShardLog.Appended;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.BatchBuilder;
import org.stoker.records.Compression;
import org.stoker.records.RecordBatch;

/**
 * A shard while this broker leads its partition: carries out what the state machine decides. Sends
 * records to the log, answers when they are stored, and turns timers into events.
 *
 * <p>Appends overlap. What waits is bounded: requests by the network's bytes in flight, and each
 * append by {@code offsets.commit.timeout.ms}, after which its answer says that the outcome is not
 * known; the outcome counts all the same when it comes.
 */
@ConfinedTo(Shard.SHARD_LANE)
final class ShardLeadership {
  private static final Logger LOG = LoggerFactory.getLogger(ShardLeadership.class);

  private final ShardSurroundings around;
  private final GroupShard groups;
  private final Map<TimerKey, Armed> timers = new HashMap<>();
  private final TreeMap<Long, Append> outstanding = new TreeMap<>();
  private final Queue<Barrier> barriers = new ArrayDeque<>();
  private final Consumer<ShardLeadership> whenBroken;
  private int leaderEpoch;
  private long appendsMade;
  private boolean over;

  /** Decides on a command. */
  interface Operation {
    Decision decide(GroupShard groups, long nowMs);
  }

  private static final class Barrier {
    final long lastAppend;
    final Runnable then;
    @Nullable Timer timeout;

    Barrier(long lastAppend, Runnable then) {
      this.lastAppend = lastAppend;
      this.then = then;
    }

    void pass() {
      if (timeout != null) {
        timeout.cancel();
      }
      then.run();
    }
  }

  /** A timer that was set and has not been replaced; compared by identity. */
  private static final class Armed {
    @Nullable Timer timer;

    void cancel() {
      if (timer != null) {
        timer.cancel();
      }
    }
  }

  private static final class Append {
    final long number;
    final List<GroupRecord> records;
    List<WhenStored> whenStored;
    @Nullable Timer timeout;

    Append(long number, List<GroupRecord> records, List<WhenStored> whenStored) {
      this.number = number;
      this.records = records;
      this.whenStored = whenStored;
    }
  }

  /**
   * @param whenBroken is told that an invariant broke, so that what is in memory cannot be trusted
   */
  ShardLeadership(
      ShardSurroundings around,
      GroupShard groups,
      int leaderEpoch,
      Consumer<ShardLeadership> whenBroken) {
    this.around = around;
    this.groups = groups;
    this.leaderEpoch = leaderEpoch;
    this.whenBroken = whenBroken;
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  void setLeaderEpoch(int newEpoch) {
    leaderEpoch = newEpoch;
  }

  GroupShard groups() {
    return groups;
  }

  void begin() {
    guarded(() -> carryOut(groups.loaded(around.wallMs())));
  }

  /** False if it ended in an exception, and with it this leadership. */
  boolean execute(Operation operation) {
    return guarded(() -> carryOut(operation.decide(groups, around.wallMs())));
  }

  /**
   * Runs when every record that is on its way now has arrived or is lost; or something else, if
   * that takes longer than an append may.
   */
  void afterAppendsSoFar(Runnable then, Runnable afterTooLong) {
    if (outstanding.isEmpty()) {
      then.run();
      return;
    }
    var barrier = new Barrier(outstanding.lastKey(), then);
    barriers.add(barrier);
    barrier.timeout =
        around.after(
            around.config().offsets().commitTimeoutMs(),
            () -> {
              if (barriers.remove(barrier)) {
                afterTooLong.run();
              }
            });
  }

  /** Everybody who waits is answered; nothing is decided from here on. */
  void end() {
    over = true;
    timers.values().forEach(Armed::cancel);
    timers.clear();
    for (Append append : List.copyOf(outstanding.values())) {
      cancelTimeout(append);
      tried(() -> goOn(append, ErrorCode.NOT_COORDINATOR));
    }
    outstanding.clear();
    tried(() -> send(groups.resigned(around.wallMs()).replies()));
    barriers.forEach(Barrier::pass);
    barriers.clear();
    groups.close();
  }

  boolean isOver() {
    return over;
  }

  private boolean guarded(Runnable task) {
    try {
      task.run();
      return true;
    } catch (RuntimeException e) {
      LOG.error("{} met a case that must not be and is loaded again", around.name(), e);
      whenBroken.accept(this);
      return false;
    }
  }

  /** At the end everybody is answered as far as possible, also when it ends in an exception. */
  private void tried(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("{} could not be left in order", around.name(), e);
    }
  }

  // ---- decisions ----

  private void carryOut(Decision decision) {
    decision.timers().forEach(this::change);
    send(decision.replies());
    store(decision);
    groups.settleMemory();
  }

  private void store(Decision decision) {
    if (decision.records().isEmpty()) {
      decision.whenStored().forEach(next -> goOn(next, ErrorCode.NONE));
    } else if (decision.divisible()) {
      appendDivided(decision);
    } else {
      append(decision.records(), decision.whenStored());
    }
  }

  private static void send(List<Reply<?>> replies) {
    for (Reply<?> reply : replies) {
      try {
        reply.send();
      } catch (RuntimeException e) {
        // One that cannot be answered must not keep the others waiting.
        LOG.error("An answer could not be sent", e);
      }
    }
  }

  private void goOn(Append append, ErrorCode outcome) {
    List<WhenStored> next = append.whenStored;
    append.whenStored = List.of();
    next.forEach(one -> goOn(one, outcome));
  }

  private void goOn(WhenStored next, ErrorCode outcome) {
    Decision decision = groups.goOn(next, outcome, around.wallMs());
    if (over) {
      send(decision.replies());
    } else {
      carryOut(decision);
    }
  }

  // ---- the log ----

  /** Many tombstones that need not be stored together. */
  private void appendDivided(Decision decision) {
    if (!decision.whenStored().isEmpty()) {
      throw new IllegalStateException("records that are stored apart, and something that waits");
    }
    int room = around.maxBatchBytes() - RecordBatch.HEADER_SIZE_BYTES;
    var batch = new ArrayList<GroupRecord>();
    int batchBytes = 0;
    for (GroupRecord record : decision.records()) {
      int recordBytes = GroupRecordCodec.encode(record).largestSizeBytes();
      if (!batch.isEmpty() && batchBytes + recordBytes > room) {
        append(List.copyOf(batch), List.of());
        batch.clear();
        batchBytes = 0;
      }
      batch.add(record);
      batchBytes += recordBytes;
    }
    append(List.copyOf(batch), List.of());
  }

  private void append(List<GroupRecord> records, List<WhenStored> whenStored) {
    ByteBuffer batch = isTooLarge(records) ? null : tryEncode(records);
    var append = new Append(appendsMade++, records, whenStored);
    outstanding.put(append.number, append);
    records.forEach(groups::sent);
    if (batch == null || batch.remaining() > around.maxBatchBytes()) {
      LOG.warn(
          "{} records are too large for a batch of {}, which may have {} bytes",
          records.size(),
          around.name(),
          around.maxBatchBytes());
      settle(append, Appended.failed(ErrorCode.RECORD_LIST_TOO_LARGE));
      return;
    }
    append.timeout =
        around.after(
            around.config().offsets().commitTimeoutMs(), () -> guarded(() -> timedOut(append)));
    around.append(leaderEpoch, batch, outcome -> guarded(() -> settle(append, outcome)));
  }

  /** Seen before it is written, which takes memory several times. */
  private boolean isTooLarge(List<GroupRecord> records) {
    if (!around.config().offsets().compression().equals(Compression.NONE)) {
      return false;
    }
    long bytes = 0;
    for (GroupRecord record : records) {
      if (record instanceof GroupRecord.GroupSaved saved) {
        for (GroupRecord.SavedMember member : saved.members()) {
          bytes += member.subscription().size() + member.assignment().size();
        }
      }
    }
    return bytes > around.maxBatchBytes();
  }

  /** Null if a field is longer than its length can tell: such names only come from mischief. */
  private @Nullable ByteBuffer tryEncode(List<GroupRecord> records) {
    long nowMs = around.wallMs();
    try (var builder = BatchBuilder.of(around.config().offsets().compression())) {
      for (GroupRecord record : records) {
        EncodedRecord encoded = GroupRecordCodec.encode(record);
        Bytes value = encoded.value();
        builder.append(nowMs, encoded.key().array(), value == null ? null : value.array());
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      LOG.debug("A record of {} cannot be written", around.name(), e);
      return null;
    }
  }

  private void timedOut(Append append) {
    if (!over && outstanding.containsKey(append.number)) {
      goOn(append, CoordinatorErrors.forClients(ErrorCode.REQUEST_TIMED_OUT));
    }
  }

  private void settle(Append append, Appended outcome) {
    if (over || outstanding.remove(append.number) == null) {
      return;
    }
    cancelTimeout(append);
    long nowMs = around.wallMs();
    if (outcome.error() == ErrorCode.NONE) {
      long recordOffset = outcome.baseOffset();
      for (GroupRecord record : append.records) {
        groups.stored(record, recordOffset++);
      }
    } else {
      append.records.forEach(record -> groups.lost(record, nowMs));
    }
    goOn(append, CoordinatorErrors.forClients(outcome.error()));
    passBarriers();
  }

  private void passBarriers() {
    while (!barriers.isEmpty()) {
      if (!outstanding.isEmpty() && outstanding.firstKey() <= barriers.element().lastAppend) {
        return;
      }
      barriers.remove().pass();
    }
  }

  private static void cancelTimeout(Append append) {
    if (append.timeout != null) {
      append.timeout.cancel();
    }
  }

  // ---- timers ----

  private void change(TimerChange change) {
    switch (change) {
      case TimerChange.Cancel cancel -> disarm(cancel.key());
      case TimerChange.Set set -> {
        disarm(set.key());
        arm(set);
      }
    }
  }

  private void disarm(TimerKey key) {
    Armed armed = timers.remove(key);
    if (armed != null) {
      armed.cancel();
    }
  }

  private void arm(TimerChange.Set set) {
    var armed = new Armed();
    timers.put(set.key(), armed);
    armed.timer = around.after(set.delayMs(), () -> fired(set, armed));
  }

  /** A timer that was replaced while its event was on its way to the lane means nothing. */
  private void fired(TimerChange.Set set, Armed armed) {
    if (!over && timers.remove(set.key(), armed)) {
      execute((shard, nowMs) -> shard.timeFor(set.event(), nowMs));
    }
  }

  int timersSet() {
    return timers.size();
  }

  int appendsOutstanding() {
    return outstanding.size();
  }
}
