package org.stoker.coordinator.runtime;

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
 * append by a time-out, after which its reply says that the outcome is not known; the outcome
 * counts all the same when it comes.
 */
@ConfinedTo(Shard.SHARD_LANE)
final class ShardLeadership<M extends StateMachine<R>, F extends Facts<F, R>, R> {
  private static final Logger LOG = LoggerFactory.getLogger(ShardLeadership.class);

  private final ShardType<M, F, R> type;
  private final ShardPartition partition;
  private final M machine;
  private final ReplicatedFacts<F, R> facts;
  private final Map<TimerKey, Armed> timers = new HashMap<>();
  private final TreeMap<Long, Append<R>> outstanding = new TreeMap<>();
  private final Queue<Barrier> barriers = new ArrayDeque<>();
  private final Consumer<ShardLeadership<M, F, R>> whenBroken;
  private int leaderEpoch;
  private boolean isOver;

  /** Decides on a command. */
  interface Operation<M, R> {
    Decision<R> decide(M machine, long nowMs);
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

  private static final class Append<R> {
    final long number;
    final List<R> records;
    List<Continuation<R>> continuations;
    @Nullable Timer timeout;

    Append(long number, List<R> records, List<Continuation<R>> continuations) {
      this.number = number;
      this.records = records;
      this.continuations = continuations;
    }
  }

  /**
   * @param whenBroken is told that an invariant broke, so that what is in memory cannot be trusted
   */
  ShardLeadership(
      ShardType<M, F, R> type,
      ShardPartition partition,
      M machine,
      ReplicatedFacts<F, R> facts,
      int leaderEpoch,
      Consumer<ShardLeadership<M, F, R>> whenBroken) {
    this.type = type;
    this.partition = partition;
    this.machine = machine;
    this.facts = facts;
    this.leaderEpoch = leaderEpoch;
    this.whenBroken = whenBroken;
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  void setLeaderEpoch(int newEpoch) {
    leaderEpoch = newEpoch;
  }

  M machine() {
    return machine;
  }

  void begin() {
    guarded(() -> carryOut(machine.loaded(partition.wallMs())));
  }

  /** False if it ended in an exception, and with it this leadership. */
  boolean execute(Operation<M, R> operation) {
    return guarded(() -> carryOut(operation.decide(machine, partition.wallMs())));
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
        partition.after(
            type.config().appendTimeoutMs(),
            () -> {
              if (barriers.remove(barrier)) {
                afterTooLong.run();
              }
            });
  }

  /** Everybody who waits is answered; nothing is decided from here on. */
  void end() {
    isOver = true;
    timers.values().forEach(Armed::cancel);
    timers.clear();
    for (Append<R> append : List.copyOf(outstanding.values())) {
      cancelTimeout(append);
      tried(() -> goOn(append, ErrorCode.NOT_COORDINATOR));
    }
    outstanding.clear();
    tried(() -> send(machine.resigned(partition.wallMs()).replies()));
    barriers.forEach(Barrier::pass);
    barriers.clear();
    machine.close();
    facts.close();
  }

  boolean isOver() {
    return isOver;
  }

  private boolean guarded(Runnable task) {
    try {
      task.run();
      return true;
    } catch (RuntimeException e) {
      LOG.error("{} met a case that must not be and is loaded again", partition.name(), e);
      whenBroken.accept(this);
      return false;
    }
  }

  /** At the end everybody is answered as far as possible, also when it ends in an exception. */
  private void tried(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("{} could not be left in order", partition.name(), e);
    }
  }

  // ---- decisions ----

  private void carryOut(Decision<R> decision) {
    decision.timers().forEach(this::change);
    send(decision.replies());
    store(decision);
    machine.carriedOut();
    facts.memory().settle();
  }

  private void store(Decision<R> decision) {
    if (decision.records().isEmpty()) {
      decision.continuations().forEach(next -> goOn(next, ErrorCode.NONE));
    } else if (decision.divisible()) {
      appendDivided(decision);
    } else {
      append(decision.records(), decision.continuations());
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

  private void goOn(Append<R> append, ErrorCode outcome) {
    List<Continuation<R>> next = append.continuations;
    append.continuations = List.of();
    next.forEach(one -> goOn(one, outcome));
  }

  private void goOn(Continuation<R> next, ErrorCode outcome) {
    Decision<R> decision = next.after(outcome, partition.wallMs());
    if (isOver) {
      send(decision.replies());
    } else {
      carryOut(decision);
    }
  }

  // ---- the log ----

  /** Many tombstones that need not be stored together. */
  private void appendDivided(Decision<R> decision) {
    int room = partition.maxBatchBytes() - RecordBatch.HEADER_SIZE_BYTES;
    var batch = new ArrayList<R>();
    int batchBytes = 0;
    for (R record : decision.records()) {
      int recordBytes = type.codec().encode(record).largestSizeBytes();
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

  private void append(List<R> records, List<Continuation<R>> continuations) {
    ByteBuffer batch = isTooLarge(records) ? null : tryEncode(records);
    var append = new Append<>(facts.sent(records), records, continuations);
    outstanding.put(append.number, append);
    if (batch == null || batch.remaining() > partition.maxBatchBytes()) {
      LOG.warn(
          "{} records are too large for a batch of {}, which may have {} bytes",
          records.size(),
          partition.name(),
          partition.maxBatchBytes());
      settle(append, Appended.failed(ErrorCode.RECORD_LIST_TOO_LARGE));
      return;
    }
    append.timeout =
        partition.after(type.config().appendTimeoutMs(), () -> guarded(() -> timedOut(append)));
    partition.append(leaderEpoch, batch, outcome -> guarded(() -> settle(append, outcome)));
  }

  /** Seen before it is written, which takes memory several times. */
  private boolean isTooLarge(List<R> records) {
    if (!type.config().compression().equals(Compression.NONE)) {
      return false;
    }
    long bytes = 0;
    for (R record : records) {
      bytes += type.codec().minSizeBytes(record);
    }
    return bytes > partition.maxBatchBytes();
  }

  /** Null if a field is longer than its length can tell: such names only come from mischief. */
  private @Nullable ByteBuffer tryEncode(List<R> records) {
    long nowMs = partition.wallMs();
    try (var builder = BatchBuilder.of(type.config().compression())) {
      for (R record : records) {
        EncodedRecord encoded = type.codec().encode(record);
        Bytes value = encoded.value();
        builder.append(nowMs, encoded.key().array(), value == null ? null : value.array());
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      LOG.debug("A record of {} cannot be written", partition.name(), e);
      return null;
    }
  }

  private void timedOut(Append<R> append) {
    if (!isOver && outstanding.containsKey(append.number)) {
      goOn(append, CoordinatorErrors.forClients(ErrorCode.REQUEST_TIMED_OUT));
    }
  }

  private void settle(Append<R> append, Appended outcome) {
    if (isOver || outstanding.remove(append.number) == null) {
      return;
    }
    cancelTimeout(append);
    if (outcome.error() == ErrorCode.NONE) {
      facts.stored(append.number, outcome.baseOffset());
    } else {
      facts.lost(append.number);
    }
    goOn(append, CoordinatorErrors.forClients(outcome.error()));
    machine.settled(append.records);
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

  private static void cancelTimeout(Append<?> append) {
    if (append.timeout != null) {
      append.timeout.cancel();
    }
  }

  // ---- timers ----

  private void change(TimerChange<R> change) {
    switch (change) {
      case TimerChange.Cancel<R> cancel -> disarm(cancel.key());
      case TimerChange.Set<R> set -> {
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

  private void arm(TimerChange.Set<R> set) {
    var armed = new Armed();
    timers.put(set.key(), armed);
    armed.timer = partition.after(set.delayMs(), () -> fired(set, armed));
  }

  /** A timer that was replaced while its event was on its way to the lane means nothing. */
  private void fired(TimerChange.Set<R> set, Armed armed) {
    if (!isOver && timers.remove(set.key(), armed)) {
      execute((_, nowMs) -> set.operation().timeIsUp(nowMs));
    }
  }
}
