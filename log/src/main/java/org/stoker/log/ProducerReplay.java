package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.records.ControlRecord;
import org.stoker.records.CorruptBatchException;
import org.stoker.records.RecordBatch;
import org.stoker.records.RecordCursor;

/** Notes batches in the producer state, whether they are being appended or read again from disk. */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class ProducerReplay {
  private static final int MOST_MARKER_BYTES = 1024;

  private final ProducerStates producers;

  /** What ends a transaction; the only record of its batch. */
  record Marker(boolean isAbort, int coordinatorEpoch) {}

  ProducerReplay(ProducerStates producers) {
    this.producers = producers;
  }

  /**
   * Notes a batch that lies whole in its buffer if it is a control batch; of others the header is
   * enough.
   *
   * @param usedMs when it was appended, as far as is known
   * @return the transaction that it ended; null if none
   */
  @Nullable CompletedTransaction note(RecordBatch batch, long usedMs) {
    if (!batch.hasProducerId()) {
      return null;
    }
    if (!batch.isControlBatch()) {
      producers.appended(
          batch.producerId(),
          batch.producerEpoch(),
          batch.lastSequence(),
          batch.baseOffset(),
          batch.lastOffset(),
          batch.maxTimestamp(),
          batch.isTransactional(),
          usedMs);
      return null;
    }
    Marker marker = markerIn(batch);
    return marker == null
        ? null
        : producers.markerAppended(
            batch.producerId(),
            batch.producerEpoch(),
            marker.coordinatorEpoch(),
            batch.baseOffset(),
            batch.maxTimestamp(),
            marker.isAbort(),
            usedMs);
  }

  /** The same for a batch that is found in the log: its time is the best guess at its use. */
  @Nullable CompletedTransaction noteFromLog(RecordBatch batch, long nowMs) {
    return note(batch, Math.min(batch.maxTimestamp(), nowMs));
  }

  /** Null for a control batch of another kind. */
  static @Nullable Marker markerIn(RecordBatch batch) {
    try (var cursor = new RecordCursor(MOST_MARKER_BYTES)) {
      cursor.open(batch);
      ByteBuffer key = cursor.next() ? cursor.key() : null;
      ByteBuffer value = key == null ? null : cursor.value();
      ControlRecord kind = key == null ? null : ControlRecord.ofKey(key);
      return kind == null || value == null
          ? null
          : new Marker(kind == ControlRecord.ABORT, ControlRecord.coordinatorEpochOf(value));
    } catch (CorruptBatchException e) {
      return null;
    }
  }

  /** Where the aborted transaction is looked up by readers. */
  void index(@Nullable CompletedTransaction completed, Segment segment) throws IOException {
    if (completed != null && completed.isAborted()) {
      segment
          .indexes()
          .transactions()
          .append(
              new AbortedTransaction(
                  completed.producerId(),
                  completed.firstOffset(),
                  completed.lastOffset(),
                  producers.lastStableOffset(completed)));
    }
  }

  /** Goes back to a snapshot at or below the end and reads the log from there. */
  void reload(List<Segment> segments, long logStartOffset, long logEndOffset, long nowMs)
      throws IOException {
    producers.truncateAndReload(logStartOffset, logEndOffset, nowMs);
    for (int i = 0; i < segments.size(); i++) {
      long endOffset =
          i + 1 < segments.size()
              ? Math.min(logEndOffset, segments.get(i + 1).baseOffset())
              : logEndOffset;
      if (producers.mapEndOffset() < endOffset) {
        readInto(segments.get(i), endOffset, nowMs);
      }
    }
    producers.updateMapEndOffset(logEndOffset);
  }

  private void readInto(Segment segment, long endOffset, long nowMs) throws IOException {
    SegmentFile file = segment.retainFile();
    if (file == null) {
      throw new IllegalStateException(segment.path() + " is gone");
    }
    try {
      SegmentScan scan = segment.lookup().find(file, producers.mapEndOffset(), segment.sizeBytes());
      while (scan != null && scan.batch().baseOffset() < endOffset) {
        // A flipped bit in an epoch or a sequence would lock its producer out of the partition.
        noteFromLog(scan.batch().hasProducerId() ? scan.loadTwiceIfDamaged() : scan.batch(), nowMs);
        if (!scan.nextTwiceIfDamaged()) {
          scan = null;
        }
      }
      producers.updateMapEndOffset(endOffset);
    } finally {
      file.release();
    }
  }
}
