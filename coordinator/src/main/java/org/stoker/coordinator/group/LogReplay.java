package org.stoker.coordinator.group;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.coordinator.group.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.group.GroupRecord.OffsetRemoved;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.UnsupportedVersionException;
import org.stoker.records.BatchWalk;
import org.stoker.records.ControlRecord;
import org.stoker.records.CorruptBatchException;
import org.stoker.records.RecordBatch;
import org.stoker.records.RecordCursor;

/**
 * Goes through a partition's log and leaves its groups as they were when the last record was
 * written.
 *
 * <p>Offsets that were committed in a transaction count from the marker that commits it, and not at
 * all if the same offset was written again in between, by somebody else.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class LogReplay {
  private static final Logger LOG = LoggerFactory.getLogger(LogReplay.class);

  // Coordinators write no larger one; administrators' clients may write what expands to gigabytes.
  private static final int MAX_HELD_BYTES = 16 << 20;

  private final GroupShard groups;
  private final ShardSurroundings around;
  // By producer id: the offsets of transactions that have not ended.
  private final Map<Long, Map<OffsetKey, StoredOffset>> open = new HashMap<>();
  private long recordCount;
  private long otherKindsCount;

  LogReplay(GroupShard groups, ShardSurroundings around) {
    this.groups = groups;
    this.around = around;
  }

  long recordCount() {
    return recordCount;
  }

  /**
   * @throws CorruptBatchException if a batch cannot be read: without it, offsets that are too old
   *     would be handed out as the last that were committed
   */
  void batches(ByteBuffer batches) {
    var walk = new BatchWalk(batches);
    try (var cursor = new RecordCursor(MAX_HELD_BYTES)) {
      while (walk.next()) {
        batch(walk.batch(), cursor);
      }
    }
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
          around.name(),
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
      GroupRecord record = GroupRecordCodec.decode(key, cursor.value());
      if (record == null) {
        otherKindsCount++;
      } else if (batch.isTransactional() && record instanceof OffsetCommitted committed) {
        begin(batch.producerId(), committed, cursor.offset());
      } else {
        replay(cursor.offset(), record);
      }
    } catch (MalformedMessageException | UnsupportedVersionException | IllegalStateException e) {
      LOG.error(
          "{} holds a record that cannot be read, offset={}", around.name(), cursor.offset(), e);
    }
  }

  private void replay(long recordOffset, GroupRecord record) {
    switch (record) {
      case OffsetCommitted committed -> supersede(committed.key(), recordOffset);
      case OffsetRemoved removed -> supersede(removed.key(), recordOffset);
      case GroupRecord.GroupSaved _, GroupRecord.GroupRemoved _ -> {
        // Nothing of these is written in transactions.
      }
    }
    groups.replay(record, recordOffset, around.wallMs());
  }

  // ---- transactions ----

  private void begin(long producerId, OffsetCommitted committed, long recordOffset) {
    StoredOffset pending = StoredOffset.of(committed.value(), recordOffset);
    openBytes(committed.key(), pending, 1);
    StoredOffset before =
        open.computeIfAbsent(producerId, _ -> new HashMap<>()).put(committed.key(), pending);
    if (before != null) {
      openBytes(committed.key(), before, -1);
    }
  }

  private void openBytes(OffsetKey key, StoredOffset pending, int sign) {
    long bytes =
        pending.heapBytes()
            + HeapBytes.OFFSETS_MAP
            + HeapBytes.of(key.groupId())
            + HeapBytes.of(key.topic());
    groups.offsetsShare().change(sign * bytes);
  }

  private void supersede(OffsetKey key, long recordOffset) {
    for (Map<OffsetKey, StoredOffset> offsets : open.values()) {
      StoredOffset pending = offsets.get(key);
      if (pending != null && pending.recordOffset() < recordOffset) {
        offsets.remove(key);
        openBytes(key, pending, -1);
      }
    }
  }

  private void endTransaction(long producerId, boolean isCommitted) {
    Map<OffsetKey, StoredOffset> offsets = open.remove(producerId);
    if (offsets == null) {
      return;
    }
    offsets.forEach((key, pending) -> {
      openBytes(key, pending, -1);
      if (isCommitted) {
        supersede(key, pending.recordOffset());
        groups.replayOffset(key, pending, around.wallMs());
      }
    });
  }

  /** The log was read; says what was left out, so that nobody wonders where it went. */
  void end() {
    if (otherKindsCount > 0) {
      LOG.warn(
          "{} holds {} records of kinds of groups that this broker does not serve",
          around.name(),
          otherKindsCount);
    }
    if (!open.isEmpty()) {
      LOG.warn(
          "{} holds offsets of {} transactions that have not ended", around.name(), open.size());
      List.copyOf(open.keySet()).forEach(producerId -> endTransaction(producerId, false));
    }
  }
}
