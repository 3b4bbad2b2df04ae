package org.stoker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ThreadSafe;
import org.stoker.records.CorruptBatchException;
import org.stoker.records.RecordBatch;
import org.stoker.records.RecordBytes;
import org.stoker.records.RecordCursor;

/**
 * The reading half of a {@link Log}: any thread, no lock, from the view that the lane last
 * published.
 *
 * <p>A segment that is deleted under a reader stays readable for those who hold it; a reader that
 * comes too late to get hold of it starts again from the newest view.
 */
@ThreadSafe
final class LogReader {
  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

  private final Log log;
  private final OldReads oldReads = new OldReads();
  private volatile boolean isDamageReported;

  LogReader(Log log) {
    this.log = log;
  }

  private interface Work<T> {
    /** Null: a segment of this view is gone, look again. */
    @Nullable T on(LogView view) throws IOException;
  }

  /** Null if the log was closed meanwhile. */
  private <T> @Nullable T withView(Work<T> work) throws IOException {
    while (!log.isClosed()) {
      LogView view = log.view();
      try {
        T result = work.on(view);
        if (result != null) {
          return result;
        }
      } catch (IOException e) {
        if (!hasChanged(view)) {
          throw e;
        }
      }
    }
    return null;
  }

  private boolean hasChanged(LogView view) {
    return log.isClosed()
        || log.view().truncationCount() != view.truncationCount()
        || view.segments().stream().anyMatch(Segment::isGone);
  }

  // ---- Reading records.

  /** Which records are asked for. */
  record Range(
      long startOffset, int maxBytes, long maxOffset, boolean minOneBatch, boolean namesAborted) {}

  ReadOutcome read(Range range) {
    log.health().assertOnline();
    try {
      ReadOutcome outcome = withView(view -> readFrom(view, range));
      return outcome == null ? ReadOutcome.Empty.INSTANCE : outcome;
    } catch (CorruptSegmentException e) {
      return damaged(e);
    } catch (IOException e) {
      throw log.health().fail(log.directory(), "reading", e);
    }
  }

  private ReadOutcome damaged(CorruptSegmentException e) {
    log.suspectDamage();
    if (!isDamageReported) {
      isDamageReported = true;
      LOG.error("{} cannot be read in full: {}", log.topicPartition(), e.getMessage());
    }
    return new ReadOutcome.Damaged(String.valueOf(e.getMessage()));
  }

  private @Nullable ReadOutcome readFrom(LogView view, Range range) throws IOException {
    long startOffset = range.startOffset();
    if (startOffset < view.logStartOffset() || startOffset > view.logEndOffset()) {
      return new ReadOutcome.OutOfRange(view.logStartOffset(), view.logEndOffset());
    }
    long bound = Math.min(range.maxOffset(), view.logEndOffset());
    int index = Math.max(0, view.indexOfSegmentFor(startOffset));
    while (index < view.segments().size() && startOffset < bound) {
      Segment segment = view.segments().get(index);
      SegmentFile file = segment.retainFile();
      if (file == null) {
        return null;
      }
      try {
        if (startOffset < view.warmOffset()) {
          file.readNothingAhead();
        }
        SegmentScan scan = segment.lookup().find(file, startOffset, view.limitPosition(index));
        if (segment.indexes().mustAskForRebuild()) {
          log.askForRebuild(segment);
        }
        if (scan != null) {
          return cut(view, index, file, scan, range, bound);
        }
      } finally {
        file.release();
      }
      // The last batches of a segment may have been compacted away.
      index++;
    }
    return ReadOutcome.Empty.INSTANCE;
  }

  /** Whole batches from the one found on, below the bound and within the size. */
  private @Nullable ReadOutcome cut(
      LogView view, int index, SegmentFile file, SegmentScan scan, Range range, long bound)
      throws IOException {
    RecordBatch first = scan.batch();
    if (first.lastOffset() >= bound
        || (first.sizeInBytes() > range.maxBytes() && !range.minOneBatch())) {
      return ReadOutcome.Empty.INSTANCE;
    }
    int start = scan.position();
    long firstBaseOffset = first.baseOffset();
    int firstLeaderEpoch = first.partitionLeaderEpoch();
    boolean isUnbounded = bound >= view.endOffset(index);
    int limit = view.limitPosition(index);
    int end = scan.endPosition();
    if (isUnbounded && limit - start <= range.maxBytes()) {
      end = limit;
    } else {
      end = view.segments().get(index).lookup().endWithin(scan, range.maxBytes(), bound);
    }
    List<AbortedTransaction> aborted =
        range.namesAborted()
            ? abortedBefore(view, index, end, range.startOffset(), bound)
            : List.of();
    if (aborted == null) {
      return null;
    }
    boolean isOld = range.startOffset() < view.warmOffset();
    RecordBytes records = Segment.bytes(file, start, end - start, isOld ? oldReads : null);
    return new ReadOutcome.Data(records, firstBaseOffset, firstLeaderEpoch, aborted);
  }

  /**
   * Whether a read from there will probably have to wait for the disk, or open a file, so that it
   * belongs on a thread that may wait.
   */
  boolean isCold(long startOffset, boolean namesAborted) {
    LogView view = log.view();
    if (startOffset >= view.logEndOffset() || startOffset < view.logStartOffset()) {
      return false;
    }
    int index = Math.max(0, view.indexOfSegmentFor(startOffset));
    return !view.segments().get(index).isReadable()
        || (namesAborted && !areTransactionsOpen(view, index))
        || (startOffset < view.warmOffset() && !oldReads.areCached());
  }

  // ---- Transactions.

  /** The aborted transactions that a read of [start, end) must filter. */
  List<AbortedTransaction> abortedTransactions(long startOffset, long endOffset) {
    try {
      List<AbortedTransaction> found =
          withView(view -> abortedTransactions(view, startOffset, endOffset));
      return found == null ? List.of() : found;
    } catch (IOException e) {
      throw log.health().fail(log.directory(), "reading the transaction index", e);
    }
  }

  private static boolean areTransactionsOpen(LogView view, int firstIndex) {
    return view.segments().subList(firstIndex, view.segments().size()).stream()
        .allMatch(segment -> segment.indexes().transactions().isOpen());
  }

  /**
   * Those of a read that ends at a position of a segment; null if a segment of the view is gone.
   */
  private static @Nullable List<AbortedTransaction> abortedBefore(
      LogView view, int index, int endPosition, long startOffset, long bound) throws IOException {
    long behind =
        view.segments().get(index).lookup().offsetBehind(endPosition, view.endOffset(index));
    return abortedTransactions(view, startOffset, Math.min(behind, bound));
  }

  private static @Nullable List<AbortedTransaction> abortedTransactions(
      LogView view, long startOffset, long endOffset) throws IOException {
    var found = new ArrayList<AbortedTransaction>();
    // A transaction that began in one segment may have ended in a later one: the entry lies where
    // its marker does, and says how far the decided part of the log went then.
    int index = Math.max(0, view.indexOfSegmentFor(startOffset));
    for (; index < view.segments().size(); index++) {
      Segment segment = view.segments().get(index);
      boolean isComplete =
          segment.indexes().transactions().collectAborted(startOffset, endOffset, found);
      if (segment.isGone()) {
        // Its index may have been removed before it was looked at.
        return null;
      }
      if (isComplete) {
        break;
      }
    }
    return Collections.unmodifiableList(found);
  }

  // ---- Offsets by time.

  @Nullable FoundOffset firstWithTimestamp(long timestamp) {
    try {
      return found(withView(view -> new Search(firstWithTimestamp(view, timestamp))));
    } catch (IOException e) {
      throw failedSearch(e);
    }
  }

  @Nullable FoundOffset withLargestTimestamp(long endOffset) {
    try {
      return found(withView(view -> new Search(withLargestTimestamp(view, endOffset))));
    } catch (IOException e) {
      throw failedSearch(e);
    }
  }

  private record Search(@Nullable FoundOffset result) {}

  private static @Nullable FoundOffset found(@Nullable Search search) {
    return search == null ? null : search.result();
  }

  private RuntimeException failedSearch(IOException e) {
    if (e instanceof CorruptSegmentException corrupt) {
      damaged(corrupt);
      return new CorruptLogException(String.valueOf(e.getMessage()), e);
    }
    return log.health().fail(log.directory(), "looking for a timestamp", e);
  }

  private @Nullable FoundOffset firstWithTimestamp(LogView view, long timestamp)
      throws IOException {
    for (int i = 0; i < view.segments().size(); i++) {
      Segment segment = view.segments().get(i);
      if (maxTimestamp(segment).timestamp() >= timestamp
          && view.endOffset(i) > view.logStartOffset()) {
        FoundOffset found = firstWithTimestamp(view, i, timestamp);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private TimestampOffset maxTimestamp(Segment segment) throws IOException {
    TimestampOffset max = segment.maxTimestamp();
    if (segment.indexes().mustAskForRebuild()) {
      log.askForRebuild(segment);
    }
    return max;
  }

  private @Nullable FoundOffset firstWithTimestamp(LogView view, int index, long timestamp)
      throws IOException {
    Segment segment = view.segments().get(index);
    SegmentFile file = segment.retainFile();
    if (file == null) {
      throw new IOException(segment.path() + " is gone");
    }
    try {
      SegmentScan scan =
          segment
              .lookup()
              .findTime(file, timestamp, view.logStartOffset(), view.limitPosition(index));
      while (scan != null) {
        if (scan.batch().maxTimestamp() >= timestamp) {
          FoundOffset found = recordIn(scan, timestamp, view.logStartOffset());
          if (found != null) {
            return found;
          }
        }
        if (!scan.next()) {
          scan = null;
        }
      }
      return null;
    } finally {
      if (segment.indexes().mustAskForRebuild()) {
        log.askForRebuild(segment);
      }
      file.release();
    }
  }

  /**
   * A segment's own account includes what lies before the log's start and what is not to be seen
   * yet; only if that has the largest time are the segment's batches looked at.
   */
  private @Nullable FoundOffset withLargestTimestamp(LogView view, long endOffset)
      throws IOException {
    FoundOffset best = null;
    for (int i = 0; i < view.segments().size(); i++) {
      Segment segment = view.segments().get(i);
      boolean isVisible =
          view.endOffset(i) > view.logStartOffset() && segment.baseOffset() < endOffset;
      long max = maxTimestamp(segment).timestamp();
      if (isVisible && max >= 0 && (best == null || max > best.timestamp())) {
        FoundOffset found = firstWithTimestamp(view, i, max);
        best =
            found != null && found.offset() < endOffset
                ? found
                : largestInPart(view, i, endOffset, best);
      }
    }
    return best;
  }

  /**
   * The visible record of a segment with the largest timestamp, if that is above the best so far.
   * The time index says what lies before its last entry that is visible.
   */
  private @Nullable FoundOffset largestInPart(
      LogView view, int index, long endOffset, @Nullable FoundOffset bestBefore)
      throws IOException {
    Segment segment = view.segments().get(index);
    FoundOffset best = bestBefore;
    long from = Math.max(segment.baseOffset(), view.logStartOffset());
    TimestampOffset indexed = segment.indexes().times().lastEntryBelow(endOffset);
    if (indexed.timestamp() >= 0) {
      FoundOffset found = firstWithTimestamp(view, index, indexed.timestamp());
      if (found != null && found.offset() < endOffset) {
        best = best == null || found.timestamp() > best.timestamp() ? found : best;
        // Otherwise the entry is wrong, and says nothing of what lies before it.
        boolean isRight = found.timestamp() == indexed.timestamp();
        from = isRight ? Math.max(from, indexed.offset() + 1) : from;
      }
    }
    SegmentFile file = segment.retainFile();
    if (file == null) {
      throw new IOException(segment.path() + " is gone");
    }
    try {
      SegmentScan scan = segment.lookup().find(file, from, view.limitPosition(index));
      while (scan != null && scan.batch().baseOffset() < endOffset) {
        if (best == null || scan.batch().maxTimestamp() > best.timestamp()) {
          best = largestIn(scan, view.logStartOffset(), endOffset, best);
        }
        scan = scan.next() ? scan : null;
      }
      return best;
    } finally {
      file.release();
    }
  }

  private static @Nullable FoundOffset largestIn(
      SegmentScan scan, long startOffset, long endOffset, @Nullable FoundOffset bestBefore)
      throws IOException {
    FoundOffset best = bestBefore;
    RecordBatch batch = scan.load();
    try (var cursor = new RecordCursor(RecordCursor.HOLD_NOTHING)) {
      cursor.open(batch);
      while (cursor.next()) {
        boolean isVisible = cursor.offset() >= startOffset && cursor.offset() < endOffset;
        if (isVisible
            && cursor.timestamp() >= 0
            && (best == null || cursor.timestamp() > best.timestamp())) {
          best = new FoundOffset(cursor.timestamp(), cursor.offset(), batch.partitionLeaderEpoch());
        }
      }
      return best;
    } catch (CorruptBatchException e) {
      throw new CorruptSegmentException(scan.path(), scan.position(), "" + e.getMessage());
    }
  }

  private static @Nullable FoundOffset recordIn(SegmentScan scan, long timestamp, long startOffset)
      throws IOException {
    RecordBatch batch = scan.load();
    try (var cursor = new RecordCursor(RecordCursor.HOLD_NOTHING)) {
      cursor.open(batch);
      while (cursor.next()) {
        if (cursor.timestamp() >= timestamp && cursor.offset() >= startOffset) {
          return new FoundOffset(cursor.timestamp(), cursor.offset(), batch.partitionLeaderEpoch());
        }
      }
      return null;
    } catch (CorruptBatchException e) {
      throw new CorruptSegmentException(scan.path(), scan.position(), "" + e.getMessage());
    }
  }
}
