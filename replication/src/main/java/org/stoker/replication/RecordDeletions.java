package org.stoker.replication;

import java.util.ArrayList;
import java.util.List;
import org.stoker.base.ConfinedTo;
import org.stoker.base.StorageException;
import org.stoker.log.CorruptLogException;
import org.stoker.log.Log;
import org.stoker.log.NoRoomException;
import org.stoker.protocol.ErrorCode;

/**
 * Moves the start of a log that is led here, and keeps those who wait until its followers have
 * moved theirs.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class RecordDeletions {
  private final Log log;
  private final List<Waiting> waiting = new ArrayList<>();

  private record Waiting(long offset, RecordDeletion deletion) {}

  RecordDeletions(Log log) {
    this.log = log;
  }

  /** Drops the records here. Reads and writes the disk: on a thread that may wait. */
  void begin(RecordDeletion deletion, boolean isLeader, long highWatermark) {
    if (!isLeader) {
      deletion.refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      return;
    }
    if (!log.config().retention().delete()) {
      deletion.refuse(ErrorCode.POLICY_VIOLATION);
      return;
    }
    long target = deletion.target(highWatermark);
    if (target < 0 || target > highWatermark) {
      deletion.refuse(ErrorCode.OFFSET_OUT_OF_RANGE);
      return;
    }
    try {
      log.deleteRecordsUpTo(target);
    } catch (StorageException | CorruptLogException | NoRoomException e) {
      deletion.refuse(ErrorCode.KAFKA_STORAGE_ERROR);
      return;
    }
    // Those whose time was up need not be kept.
    waiting.removeIf(one -> one.deletion().isAnswered());
    waiting.add(new Waiting(target, deletion));
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Every living replica begins there, or later. */
  void release(long lowWatermark) {
    for (Waiting one : List.copyOf(waiting)) {
      one.deletion().hasReached(lowWatermark);
      if (lowWatermark >= one.offset()) {
        waiting.remove(one);
        one.deletion().done(lowWatermark);
      }
    }
  }

  /** This broker will not learn what becomes of them. */
  void refuseAll(ErrorCode error) {
    List<Waiting> refused = List.copyOf(waiting);
    waiting.clear();
    refused.forEach(one -> one.deletion().refuse(error));
  }
}
