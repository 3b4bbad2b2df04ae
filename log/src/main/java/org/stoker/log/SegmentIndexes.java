package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.DiskFullException;
import org.stoker.records.RecordBatch;

/**
 * The indexes of one segment, and its largest timestamp, which the time index ends with.
 *
 * <p>The segment's bytes decide: readers check each entry that they use against the batch it names
 * and read around a wrong one; the lane then builds the indexes again from the batches.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class SegmentIndexes {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentIndexes.class);

  private final Disk disk;
  private final long baseOffset;
  private final int intervalBytes;
  private final OffsetIndex offsetIndex;
  private final TimeIndex timeIndex;
  private final TransactionIndex transactionIndex;
  private final AtomicBoolean isRebuildAsked = new AtomicBoolean();

  private volatile @Nullable TimestampOffset maxTimestamp;
  private volatile @Nullable String damage;
  private int bytesSinceEntry;

  SegmentIndexes(Disk disk, Path directory, long baseOffset, LogConfig.SegmentConfig config) {
    this.disk = disk;
    this.baseOffset = baseOffset;
    this.intervalBytes = config.indexIntervalBytes();
    this.offsetIndex =
        new OffsetIndex(
            disk,
            SegmentFiles.file(directory, baseOffset, SegmentFiles.OFFSET_INDEX),
            baseOffset,
            config.indexSizeBytes());
    this.timeIndex =
        new TimeIndex(
            disk,
            SegmentFiles.file(directory, baseOffset, SegmentFiles.TIME_INDEX),
            baseOffset,
            config.indexSizeBytes());
    this.transactionIndex =
        new TransactionIndex(
            disk,
            SegmentFiles.file(directory, baseOffset, SegmentFiles.TRANSACTION_INDEX),
            baseOffset);
  }

  OffsetIndex offsets() {
    return offsetIndex;
  }

  TimeIndex times() {
    return timeIndex;
  }

  TransactionIndex transactions() {
    return transactionIndex;
  }

  int intervalBytes() {
    return intervalBytes;
  }

  boolean isFull() throws IOException {
    return offsetIndex.isFull() || timeIndex.isFull();
  }

  /** Whether an append has to open nothing. */
  boolean areOpen() {
    return offsetIndex.isOpen() && timeIndex.isOpen();
  }

  // ---- Damage.

  /** Any thread: an entry does not say what the segment's bytes say. Logged once. */
  void noteDamage(String what) {
    if (damage == null) {
      damage = what;
      LOG.warn("{}: it is read around and will be built again from its segment", what);
    }
  }

  /** What a reader found wrong; null while nothing is. */
  @Nullable String damage() {
    return damage;
  }

  /** True for one caller: whoever found the damage first has the indexes built again. */
  boolean mustAskForRebuild() {
    return damage != null && isRebuildAsked.compareAndSet(false, true);
  }

  /** What the sizes and the last entries alone show to be wrong; null if nothing. */
  @Nullable String visibleDamage(int segmentSizeBytes) throws IOException {
    if (segmentSizeBytes > 0
        && (!disk.exists(offsetIndex.path()) || !disk.exists(timeIndex.path()))) {
      return "an index is missing beside " + SegmentFiles.name(baseOffset);
    }
    String found = offsetIndex.damage();
    if (found == null && segmentSizeBytes > 0) {
      int position = OffsetIndex.positionOf(offsetIndex.lastEntry());
      if (position < 0 || position >= segmentSizeBytes) {
        found = offsetIndex.path() + " points to position " + position + ", outside the segment";
      }
    }
    return found == null ? timeIndex.damage() : found;
  }

  // ---- The largest timestamp.

  /** Null while it is not known. */
  @Nullable TimestampOffset maxTimestamp() {
    return maxTimestamp;
  }

  /**
   * Keeps what was found in the files, unless it is known already: an append that came meanwhile
   * knows better.
   */
  synchronized TimestampOffset foundMaxTimestamp(TimestampOffset found) {
    TimestampOffset known = maxTimestamp;
    if (known == null) {
      known = found;
      maxTimestamp = found;
    }
    return known;
  }

  /** On the lane, which knows better than any reader. */
  synchronized void setMaxTimestamp(TimestampOffset max) {
    maxTimestamp = max;
  }

  TimestampOffset noTimestamp() {
    return new TimestampOffset(TimestampOffset.NO_TIMESTAMP, baseOffset);
  }

  // ---- Changes.

  /** Makes the files that are missing, so that no later append or lookup has to. */
  void create() throws IOException {
    offsetIndex.create();
    timeIndex.create();
  }

  /** For a segment without a batch. */
  void startEmpty() throws IOException {
    create();
    resetOffsetsAndTimes();
  }

  /** Notes a batch that lies at this position. */
  void note(RecordBatch batch, int position) throws IOException {
    TimestampOffset max = maxTimestamp;
    if (max == null || batch.maxTimestamp() > max.timestamp()) {
      max = new TimestampOffset(batch.maxTimestamp(), batch.lastOffset());
      maxTimestamp = max;
    }
    note(batch, position, max);
  }

  private void note(RecordBatch batch, int position, TimestampOffset max) throws IOException {
    if (bytesSinceEntry > intervalBytes) {
      offsetIndex.append(batch.lastOffset(), position);
      timeIndex.maybeAppend(max.timestamp(), max.offset());
      bytesSinceEntry = 0;
    }
    bytesSinceEntry += batch.sizeInBytes();
  }

  int bytesSinceEntry() {
    return bytesSinceEntry;
  }

  /** The batches from this offset on are not there after all. */
  void undo(long firstOffset, TimestampOffset maxBefore, int bytesSinceEntryBefore)
      throws IOException {
    maxTimestamp = maxBefore;
    bytesSinceEntry = bytesSinceEntryBefore;
    truncateOffsetsAndTimes(firstOffset);
  }

  /**
   * Builds the offset and the time index again from the batches' headers. What lies behind the
   * first bytes that make no batch is not indexed.
   */
  void rebuild(DiskFile file, int segmentSizeBytes) throws IOException {
    offsetIndex.reset();
    timeIndex.reset();
    bytesSinceEntry = 0;
    // Readers see no smaller one meanwhile: they would leave the segment out.
    TimestampOffset max = noTimestamp();
    var scan = new SegmentScan(file, segmentSizeBytes, SegmentScan.WALK_CHUNK_BYTES);
    try {
      for (boolean more = scan.moveTo(0); more; more = scan.next()) {
        if (scan.batch().maxTimestamp() > max.timestamp()) {
          max = new TimestampOffset(scan.batch().maxTimestamp(), scan.batch().lastOffset());
        }
        note(scan.batch(), scan.position(), max);
      }
    } catch (CorruptSegmentException e) {
      LOG.warn("Indexes end early: {}", e.getMessage());
    }
    setMaxTimestamp(max);
    damage = null;
    seal(max);
  }

  /** Drops all entries, to be filled by {@link #note} from the first batch on. */
  void reset() throws IOException {
    resetOffsetsAndTimes();
    transactionIndex.reset();
  }

  private void resetOffsetsAndTimes() throws IOException {
    offsetIndex.reset();
    timeIndex.reset();
    maxTimestamp = noTimestamp();
    bytesSinceEntry = 0;
  }

  /** The segment ends: the time index gets its last entry, and all go to the disk. */
  void seal(TimestampOffset max) throws IOException {
    timeIndex.appendLast(max.timestamp(), max.offset());
    offsetIndex.flush();
    timeIndex.flush();
    transactionIndex.flush();
  }

  /** The segment is closed for this life of the broker. */
  void appendLast(TimestampOffset max) throws IOException {
    timeIndex.appendLast(max.timestamp(), max.offset());
  }

  /** The segment is cut at the offset; what is not on the disk after a crash is built again. */
  void truncateTo(long offset) throws IOException {
    truncateOffsetsAndTimes(offset);
    transactionIndex.truncateTo(offset);
    bytesSinceEntry = 0;
    try {
      offsetIndex.flush();
      timeIndex.flush();
    } catch (DiskFullException e) {
      // Its entries wait in memory; after a crash the segment is walked and indexed anew.
      LOG.debug("{} is not written out: {}", offsetIndex.path(), e.getMessage());
    }
    transactionIndex.flush();
  }

  private void truncateOffsetsAndTimes(long offset) throws IOException {
    offsetIndex.truncateTo(offset);
    timeIndex.truncateTo(offset);
  }

  // ---- Files.

  void flushOpen() throws IOException {
    if (offsetIndex.isOpen()) {
      offsetIndex.flush();
    }
    if (timeIndex.isOpen()) {
      timeIndex.flush();
    }
    transactionIndex.flush();
  }

  void renameTo(Path directory, String suffix) throws IOException {
    offsetIndex.renameTo(file(directory, SegmentFiles.OFFSET_INDEX, suffix));
    timeIndex.renameTo(file(directory, SegmentFiles.TIME_INDEX, suffix));
    transactionIndex.renameTo(file(directory, SegmentFiles.TRANSACTION_INDEX, suffix));
  }

  /** The directory of the files was renamed. */
  void movedTo(Path directory, String suffix) {
    offsetIndex.movedTo(file(directory, SegmentFiles.OFFSET_INDEX, suffix));
    timeIndex.movedTo(file(directory, SegmentFiles.TIME_INDEX, suffix));
    transactionIndex.movedTo(file(directory, SegmentFiles.TRANSACTION_INDEX, suffix));
  }

  private Path file(Path directory, String kind, String suffix) {
    return directory.resolve(SegmentFiles.name(baseOffset) + kind + suffix);
  }

  void delete() throws IOException {
    offsetIndex.delete();
    timeIndex.delete();
    transactionIndex.delete();
  }

  void close() throws IOException {
    offsetIndex.close();
    timeIndex.close();
    transactionIndex.close();
  }

  /** Closes as many as can be: what opened them has failed, and another try finds them anew. */
  void abandon() {
    for (AutoCloseable index : List.of(offsetIndex, timeIndex, transactionIndex)) {
      try {
        index.close();
      } catch (Exception e) {
        // What it could not write is built again by whoever opens it next.
        LOG.debug("{} of {} was not closed in order", index, baseOffset, e);
      }
    }
  }
}
