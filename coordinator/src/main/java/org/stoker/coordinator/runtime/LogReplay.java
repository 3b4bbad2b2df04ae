package org.stoker.coordinator.runtime;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.UnsupportedVersionException;
import org.stoker.records.BatchWalk;
import org.stoker.records.ControlRecord;
import org.stoker.records.CorruptBatchException;
import org.stoker.records.RecordBatch;
import org.stoker.records.RecordCursor;

/**
 * Reads a partition's log and leaves the shard's facts as they were when the last record was
 * written.
 *
 * <p>Records of a transaction count from the marker that commits it, and not at all if a record
 * with the same key was written after them, by somebody else.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class LogReplay<F extends Facts<F, R>, R> {
  private static final Logger LOG = LoggerFactory.getLogger(LogReplay.class);

  // Coordinators write no larger one; administrators' clients may write what expands to gigabytes.
  private static final int MAX_HELD_BYTES = 16 << 20;

  private final ReplicatedFacts<F, R> facts;
  private final StateMachine<R> machine;
  private final RecordCodec<R> codec;
  private final String name;
  // By producer id and key: the records of transactions that have not ended.
  private final Map<Long, Map<Object, Pending<R>>> open = new HashMap<>();
  private Facts.@Nullable Draft<F, R> draft;
  private long recordCount;
  private long otherKindsCount;

  private record Pending<R>(R record, long recordOffset) {}

  /**
   * @param name of the shard, for the log
   */
  LogReplay(
      ReplicatedFacts<F, R> facts, StateMachine<R> machine, RecordCodec<R> codec, String name) {
    this.facts = facts;
    this.machine = machine;
    this.codec = codec;
    this.name = name;
  }

  long recordCount() {
    return recordCount;
  }

  /**
   * @throws CorruptBatchException if a batch cannot be read: without it, facts that are too old
   *     would be handed out as the last that were committed
   */
  void batches(ByteBuffer batches) {
    var walk = new BatchWalk(batches);
    try (var cursor = new RecordCursor(MAX_HELD_BYTES)) {
      while (walk.next()) {
        batch(walk.batch(), cursor);
      }
    }
    finishDraft();
  }

  private void batch(RecordBatch batch, RecordCursor cursor) {
    try {
      cursor.open(batch);
      while (cursor.next()) {
        record(batch, cursor);
      }
    } catch (CorruptBatchException e) {
      throw new CorruptBatchException(
          e.fault(),
          "the batch with baseOffset=" + batch.baseOffset() + " cannot be read: " + e.getMessage());
    }
  }

  private void record(RecordBatch batch, RecordCursor cursor) {
    recordCount++;
    if (!cursor.isHeld()) {
      LOG.error(
          "{} holds a record of {} bytes, which no coordinator writes, offset={}",
          name,
          cursor.sizeInBytes(),
          cursor.offset());
      return;
    }
    ByteBuffer key = cursor.key();
    if (key == null) {
      return;
    }
    if (batch.isControlBatch()) {
      endTransaction(batch.producerId(), ControlRecord.ofKey(key) == ControlRecord.COMMIT);
      return;
    }
    try {
      R record = codec.decode(key, cursor.value());
      if (record == null) {
        otherKindsCount++;
      } else if (batch.isTransactional()) {
        hold(batch.producerId(), new Pending<>(record, cursor.offset()));
      } else {
        replay(record, cursor.offset());
      }
    } catch (MalformedMessageException | UnsupportedVersionException | IllegalStateException e) {
      LOG.error("{} holds a record that cannot be read, offset={}", name, cursor.offset(), e);
    }
  }

  private void replay(R record, long recordOffset) {
    supersede(codec.keyOf(record), recordOffset);
    Facts.Draft<F, R> into = draft;
    if (into == null) {
      into = facts.committed().draft();
      draft = into;
    }
    into.replay(record, recordOffset);
    machine.recall(record);
  }

  private void finishDraft() {
    Facts.Draft<F, R> finished = draft;
    if (finished != null) {
      draft = null;
      facts.loaded(finished.finish());
    }
  }

  // ---- transactions ----

  private void hold(long producerId, Pending<R> pending) {
    count(pending, 1);
    Pending<R> before =
        open.computeIfAbsent(producerId, _ -> new HashMap<>())
            .put(codec.keyOf(pending.record()), pending);
    if (before != null) {
      count(before, -1);
    }
  }

  private void count(Pending<R> pending, int sign) {
    facts.memory().change(sign * codec.heapBytes(pending.record()));
  }

  private void supersede(Object key, long recordOffset) {
    for (Map<Object, Pending<R>> records : open.values()) {
      Pending<R> pending = records.get(key);
      if (pending != null && pending.recordOffset() < recordOffset) {
        records.remove(key);
        count(pending, -1);
      }
    }
  }

  private void endTransaction(long producerId, boolean isCommitted) {
    Map<Object, Pending<R>> records = open.remove(producerId);
    if (records == null) {
      return;
    }
    for (Pending<R> pending : records.values()) {
      count(pending, -1);
      if (isCommitted) {
        replay(pending.record(), pending.recordOffset());
      }
    }
  }

  /** The log was read; says what was left out. */
  void end() {
    if (otherKindsCount > 0) {
      LOG.warn(
          "{} holds {} records of kinds that this broker does not serve", name, otherKindsCount);
    }
    if (!open.isEmpty()) {
      LOG.warn("{} holds records of {} transactions that have not ended", name, open.size());
      List.copyOf(open.keySet()).forEach(producerId -> endTransaction(producerId, false));
    }
    finishDraft();
  }
}
