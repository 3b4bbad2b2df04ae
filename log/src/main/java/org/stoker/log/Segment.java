package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.DiskFullException;
import org.stoker.records.BatchWalk;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBatch;
import org.stoker.records.RecordBytes;

/**
 * A stretch of a partition's log: one {@code .log} file and the indexes that find a place in it.
 *
 * <p>The partition's lane changes it; any thread looks things up, up to the position that the lane
 * has published. No file is opened before it is needed.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class Segment {
  private static final Logger LOG = LoggerFactory.getLogger(Segment.class);
  private static final long UNKNOWN = Long.MIN_VALUE;

  private final Disk disk;
  private final long baseOffset;
  private final OffsetIndex offsetIndex;
  private final SegmentLookup lookup;
  private final TimeIndex timeIndex;
  private final TransactionIndex transactionIndex;
  private final LogConfig.SegmentConfig config;

  private volatile Path directory;
  private volatile String suffix = "";
  private volatile @Nullable SegmentFile file;
  private volatile boolean isGone;
  private volatile @Nullable TimestampOffset maxTimestamp;

  // Written by the lane, published with the view.
  private int sizeBytes;
  private int bytesSinceIndexEntry;
  private long firstTimestamp = UNKNOWN;
  private long madeAtMs;
  // Where the file ends, if zeros lie behind the batches; otherwise anything up to their end.
  private int preallocatedTo;
  // What an undone append left behind must not come back behind the next one.
  private boolean isCutUnsynced;

  private Segment(
      Disk disk, Path directory, long baseOffset, int sizeBytes, LogConfig.SegmentConfig config) {
    this.disk = disk;
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.sizeBytes = sizeBytes;
    this.config = config;
    this.offsetIndex =
        new OffsetIndex(
            disk,
            SegmentFiles.file(directory, baseOffset, SegmentFiles.OFFSET_INDEX),
            baseOffset,
            config.indexSizeBytes());
    this.lookup = new SegmentLookup(offsetIndex);
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

  /** A segment that is on the disk already; nothing is opened. */
  static Segment existing(
      Disk disk,
      Path directory,
      long baseOffset,
      int sizeBytes,
      LogConfig.SegmentConfig config,
      long nowMs) {
    var segment = new Segment(disk, directory, baseOffset, sizeBytes, config);
    segment.madeAtMs = nowMs;
    return segment;
  }

  /** A new one, empty; what a half-made one of that name left is dropped. */
  static Segment create(
      Disk disk, Path directory, long baseOffset, LogConfig.SegmentConfig config, long nowMs)
      throws IOException {
    var segment = new Segment(disk, directory, baseOffset, 0, config);
    segment.madeAtMs = nowMs;
    DiskFile log = disk.open(segment.path(), Disk.OpenMode.CREATE);
    segment.file = new SegmentFile(log);
    try {
      log.setSize(0);
      segment.offsetIndex.create();
      segment.offsetIndex.reset();
      segment.timeIndex.create();
      segment.timeIndex.reset();
    } catch (IOException e) {
      segment.retire();
      throw e;
    }
    segment.maxTimestamp = new TimestampOffset(TimestampOffset.NO_TIMESTAMP, baseOffset);
    return segment;
  }

  long baseOffset() {
    return baseOffset;
  }

  /** For the active segment a reader takes the size from its view instead. */
  int sizeBytes() {
    return sizeBytes;
  }

  Path path() {
    return directory.resolve(SegmentFiles.name(baseOffset) + SegmentFiles.LOG + suffix);
  }

  OffsetIndex offsetIndex() {
    return offsetIndex;
  }

  TimeIndex timeIndex() {
    return timeIndex;
  }

  TransactionIndex transactionIndex() {
    return transactionIndex;
  }

  boolean isOpen() {
    return file != null;
  }

  /** Whether a lookup needs to open no file. */
  boolean isReadable() {
    return file != null && offsetIndex.isOpen();
  }

  /** The segment was deleted; who reads it through an older view looks at the newest instead. */
  boolean isGone() {
    return isGone;
  }

  // ---- Reading, by any thread.

  /** The file with a reference for the caller; null if the segment is gone. */
  @Nullable SegmentFile retainFile() throws IOException {
    SegmentFile open = file;
    if (open == null) {
      open = openFile();
    }
    return open != null && open.retain() ? open : null;
  }

  private synchronized @Nullable SegmentFile openFile() throws IOException {
    SegmentFile open = file;
    if (open == null && !isGone) {
      open = new SegmentFile(disk.open(path(), Disk.OpenMode.WRITE));
      file = open;
    }
    return open;
  }

  /** Leads to its batches. */
  SegmentLookup lookup() {
    return lookup;
  }

  /**
   * The bytes between two batch boundaries; a file's own bytes where there is a file to send from.
   *
   * @param opened retained by the caller, who keeps that reference
   * @param oldReads is told whether they are cached; null if they are so new that they must be
   */
  static RecordBytes bytes(
      SegmentFile opened, int position, int sizeBytes, @Nullable OldReads oldReads)
      throws IOException {
    FileChannel channel = opened.file().channel();
    if (channel != null && opened.retain()) {
      return new SegmentRecordBytes(opened, channel, position, sizeBytes, oldReads);
    }
    return new MemoryRecordBytes(read(opened.file(), position, sizeBytes));
  }

  static ByteBuffer read(DiskFile file, long position, int sizeBytes) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(sizeBytes);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, position + bytes.position()) < 0) {
        throw new CorruptSegmentException(
            file.path(), position + bytes.position(), "the file ends before its batches");
      }
    }
    return bytes.flip();
  }

  /** The largest timestamp and the last offset of the batch that has it. */
  TimestampOffset maxTimestamp() throws IOException {
    TimestampOffset known = maxTimestamp;
    if (known == null) {
      known = timeIndex.lastEntry();
      maxTimestamp = known;
    }
    return known;
  }

  /** What retention by time goes by; a segment without timestamps counts from its last write. */
  long largestTimestampMs() throws IOException {
    long timestamp = maxTimestamp().timestamp();
    return timestamp >= 0 ? timestamp : disk.lastModifiedMs(path());
  }

  // ---- Writing, on the lane.

  /** Opens what an append uses; afterwards no append has to open anything. */
  void prepareAppend() throws IOException {
    SegmentFile open = file == null ? openFile() : file;
    if (open == null) {
      throw new IllegalStateException(path() + " is deleted");
    }
    offsetIndex.create();
    timeIndex.create();
    maxTimestamp();
    if (firstTimestamp == UNKNOWN) {
      firstTimestamp = readFirstTimestamp(open.file());
    }
    if (isCutUnsynced) {
      FileSync.sync(open.file());
      isCutUnsynced = false;
    }
  }

  boolean isPrepared() {
    return file != null
        && offsetIndex.isOpen()
        && timeIndex.isOpen()
        && maxTimestamp != null
        && (firstTimestamp != UNKNOWN || sizeBytes == 0)
        && !isCutUnsynced;
  }

  private long readFirstTimestamp(DiskFile open) throws IOException {
    var scan = new SegmentScan(open, sizeBytes, RecordBatch.HEADER_SIZE_BYTES);
    return scan.moveTo(0) ? scan.batch().maxTimestamp() : UNKNOWN;
  }

  /**
   * Whether these batches must go to a new segment.
   *
   * @param configNow of the topic, which may have changed since the segment was made
   */
  boolean mustRoll(
      LogConfig.SegmentConfig configNow,
      int appendSizeBytes,
      long lastOffset,
      long maxTimestampOfAppend,
      long jitterMs,
      long nowMs)
      throws IOException {
    if (sizeBytes > configNow.segmentSizeBytes() - appendSizeBytes) {
      return true;
    }
    if (lastOffset - baseOffset > Integer.MAX_VALUE) {
      return true;
    }
    if (sizeBytes > 0) {
      long waitedMs =
          firstTimestamp >= 0 ? maxTimestampOfAppend - firstTimestamp : nowMs - madeAtMs;
      if (waitedMs > configNow.rollAfterMs() - jitterMs) {
        return true;
      }
    }
    return offsetIndex.isFull() || timeIndex.isFull();
  }

  /**
   * Writes whole batches at the end and indexes them.
   *
   * @throws IOException after which the segment is as before; if that was not to be had either, the
   *     exception is no {@link org.stoker.base.DiskFullException}
   */
  void append(ByteBuffer batches) throws IOException {
    SegmentFile open = file;
    if (open == null) {
      throw new IllegalStateException(path() + " is not open");
    }
    long firstOffset = batches.getLong(batches.position());
    TimestampOffset maxBefore = maxTimestamp();
    int gapBefore = bytesSinceIndexEntry;
    try {
      open.file().write(batches.duplicate(), sizeBytes);
      index(new BatchWalk(batches), batches.position(), sizeBytes);
    } catch (IOException e) {
      undoAppend(open.file(), firstOffset, e);
      maxTimestamp = maxBefore;
      bytesSinceIndexEntry = gapBefore;
      throw e;
    }
    if (firstTimestamp == UNKNOWN) {
      firstTimestamp = maxTimestamp().timestamp();
    }
    sizeBytes += batches.remaining();
  }

  private void undoAppend(DiskFile open, long firstOffset, IOException cause) throws IOException {
    isCutUnsynced = true;
    preallocatedTo = 0;
    try {
      open.setSize(sizeBytes);
      offsetIndex.truncateTo(firstOffset);
      timeIndex.truncateTo(firstOffset);
    } catch (IOException e) {
      e.addSuppressed(cause);
      throw new IOException("a failed append could not be undone: " + e.getMessage(), e);
    }
  }

  /** Whether the file is longer than what was written to it. */
  boolean hasRoomAhead() {
    return preallocatedTo > sizeBytes;
  }

  /** Lengthens the file by zeros, as far as the segment may grow. */
  void preallocate(int stepBytes) throws IOException {
    SegmentFile open = file;
    int end = (int) Math.min((long) sizeBytes + stepBytes, config.segmentSizeBytes());
    if (open != null && end > sizeBytes) {
      // Noted first: a write that fails leaves some of them behind.
      preallocatedTo = end;
      Preallocation.writeZeros(open.file(), sizeBytes, end);
    }
  }

  /** Cuts off what was preallocated and not used; true if there was any, and the caller syncs. */
  boolean trim() throws IOException {
    SegmentFile open = file;
    if (open == null || !hasRoomAhead()) {
      return false;
    }
    open.file().setSize(sizeBytes);
    preallocatedTo = 0;
    return true;
  }

  /** Notes the batches in the indexes; the walk's first byte lies at this position of the file. */
  private void index(BatchWalk walk, int bufferStart, int filePosition) throws IOException {
    while (walk.next()) {
      RecordBatch batch = walk.batch();
      index(batch, filePosition + batch.position() - bufferStart);
    }
  }

  /** Notes a batch that lies at this position. */
  void index(RecordBatch batch, int position) throws IOException {
    TimestampOffset max = maxTimestamp();
    if (batch.maxTimestamp() > max.timestamp()) {
      max = new TimestampOffset(batch.maxTimestamp(), batch.lastOffset());
      maxTimestamp = max;
    }
    if (bytesSinceIndexEntry > config.indexIntervalBytes()) {
      offsetIndex.append(batch.lastOffset(), position);
      timeIndex.maybeAppend(max.timestamp(), max.offset());
      bytesSinceIndexEntry = 0;
    }
    bytesSinceIndexEntry += batch.sizeInBytes();
  }

  /** Drops the indexes, to be filled by {@link #index} again from the first batch on. */
  void resetIndexes() throws IOException {
    resetOffsetAndTimeIndex();
    transactionIndex.reset();
  }

  /** Like {@link #resetIndexes}, when the transaction index is not in question. */
  void resetOffsetAndTimeIndex() throws IOException {
    offsetIndex.reset();
    timeIndex.reset();
    maxTimestamp = new TimestampOffset(TimestampOffset.NO_TIMESTAMP, baseOffset);
    bytesSinceIndexEntry = 0;
  }

  /** What is wrong with an index, as a sentence; null if nothing is. */
  @Nullable String indexDamage() throws IOException {
    if (sizeBytes > 0 && (!disk.exists(offsetIndex.path()) || !disk.exists(timeIndex.path()))) {
      return "an index is missing";
    }
    String damage = offsetIndex.damage();
    if (damage == null && OffsetIndex.positionOf(offsetIndex.lastEntry()) >= sizeBytes) {
      damage = sizeBytes == 0 ? null : offsetIndex.path() + " points behind the end of the segment";
    }
    return damage == null ? timeIndex.damage() : damage;
  }

  /** The offset behind the last batch, read from the file's end. */
  long readEndOffset() throws IOException {
    SegmentFile open = retainFile();
    if (open == null) {
      throw new IllegalStateException(path() + " is deleted");
    }
    try {
      var scan = new SegmentScan(open.file(), sizeBytes, SegmentScan.LOOKUP_CHUNK_BYTES);
      long endOffset = baseOffset;
      int from = OffsetIndex.positionOf(offsetIndex.lastEntry());
      for (boolean more = scan.moveTo(from); more; more = scan.next()) {
        endOffset = scan.batch().nextOffset();
      }
      return endOffset;
    } finally {
      open.release();
    }
  }

  /** Nothing more is appended: the indexes get their last entry and go to the disk. */
  void seal() throws IOException {
    TimestampOffset max = maxTimestamp();
    timeIndex.appendLast(max.timestamp(), max.offset());
    offsetIndex.flush();
    timeIndex.flush();
    transactionIndex.flush();
  }

  /** Cuts the file and the indexes at the batch that holds the offset, and makes that durable. */
  void truncateTo(long offset) throws IOException {
    SegmentFile open = retainFile();
    if (open == null) {
      throw new IllegalStateException(path() + " is deleted");
    }
    try {
      cutAt(open.file(), lookup.placeOfCut(open, offset, sizeBytes), offset);
    } finally {
      open.release();
    }
  }

  /** Cuts the file there and the indexes at the offset that would come there, durably. */
  void cutAt(DiskFile open, int position, long offset) throws IOException {
    open.setSize(position);
    preallocatedTo = 0;
    offsetIndex.truncateTo(offset);
    timeIndex.truncateTo(offset);
    transactionIndex.truncateTo(offset);
    FileSync.sync(open);
    offsetIndex.flush();
    timeIndex.flush();
    transactionIndex.flush();
    sizeBytes = position;
    bytesSinceIndexEntry = 0;
    isCutUnsynced = false;
    maxTimestamp = readMaxTimestamp(open);
    if (position == 0) {
      firstTimestamp = UNKNOWN;
    }
  }

  /** The time index knows all but the last batches. */
  private TimestampOffset readMaxTimestamp(DiskFile open) throws IOException {
    TimestampOffset max = timeIndex.lastEntry();
    var scan = new SegmentScan(open, sizeBytes, SegmentScan.LOOKUP_CHUNK_BYTES);
    int from = OffsetIndex.positionOf(offsetIndex.lookup(max.offset()));
    for (boolean more = scan.moveTo(from); more; more = scan.next()) {
      if (scan.batch().maxTimestamp() > max.timestamp()) {
        max = new TimestampOffset(scan.batch().maxTimestamp(), scan.batch().lastOffset());
      }
    }
    return max;
  }

  /** Syncs the file's bytes and size, not the indexes. */
  void syncLog() throws IOException {
    SegmentFile open = retainFile();
    if (open != null) {
      try {
        FileSync.sync(open.file());
      } catch (DiskFullException e) {
        // Unlike a write, a sync cannot be tried again when there is room: the pages are gone.
        throw new IOException(e);
      } finally {
        open.release();
      }
    }
  }

  /** Renames all its files, which readers go on using. */
  void changeSuffix(String newSuffix) throws IOException {
    Path from = path();
    suffix = newSuffix;
    disk.rename(from, path());
    offsetIndex.renameTo(indexFile(SegmentFiles.OFFSET_INDEX, newSuffix));
    timeIndex.renameTo(indexFile(SegmentFiles.TIME_INDEX, newSuffix));
    transactionIndex.renameTo(indexFile(SegmentFiles.TRANSACTION_INDEX, newSuffix));
  }

  private Path indexFile(String kind, String newSuffix) {
    return directory.resolve(SegmentFiles.name(baseOffset) + kind + newSuffix);
  }

  /** The directory of the files was renamed. */
  void movedTo(Path newDirectory) {
    directory = newDirectory;
    offsetIndex.movedTo(indexFile(SegmentFiles.OFFSET_INDEX, suffix));
    timeIndex.movedTo(indexFile(SegmentFiles.TIME_INDEX, suffix));
    transactionIndex.movedTo(indexFile(SegmentFiles.TRANSACTION_INDEX, suffix));
  }

  /** No new reader gets it; the file closes when the last one has released it. */
  synchronized void retire() {
    isGone = true;
    releaseFile();
  }

  /** Removes the files of a retired segment. */
  void delete() throws IOException {
    disk.delete(path());
    offsetIndex.delete();
    timeIndex.delete();
    transactionIndex.delete();
  }

  /** Closes its files until they are needed again; nobody else has found the segment yet. */
  void letGo() throws IOException {
    closeIndexes();
    releaseFile();
  }

  /** Closes its files as they are: what opened it has failed, and another try finds them anew. */
  void abandon() {
    retire();
    for (AutoCloseable index : List.of(offsetIndex, timeIndex, transactionIndex)) {
      try {
        index.close();
      } catch (Exception e) {
        // What it could not write is built again by whoever opens it next.
        LOG.debug("{} of {} was not closed in order", index, this, e);
      }
    }
  }

  private void releaseFile() {
    SegmentFile open = file;
    file = null;
    if (open != null) {
      open.release();
    }
  }

  private void closeIndexes() throws IOException {
    offsetIndex.close();
    timeIndex.close();
    transactionIndex.close();
  }

  /** Closes for good, with everything that a later start relies on in the files. */
  void close(boolean syncsIndexes) throws IOException {
    if (isPrepared()) {
      TimestampOffset max = maxTimestamp();
      timeIndex.appendLast(max.timestamp(), max.offset());
    }
    boolean isCut = trim();
    if (syncsIndexes) {
      flushOpenIndexes();
      if (isCut) {
        syncLog();
      }
    }
    closeIndexes();
    retire();
  }

  private void flushOpenIndexes() throws IOException {
    if (offsetIndex.isOpen()) {
      offsetIndex.flush();
    }
    if (timeIndex.isOpen()) {
      timeIndex.flush();
    }
    transactionIndex.flush();
  }

  @Override
  public String toString() {
    return "Segment(" + path() + ", sizeBytes=" + sizeBytes + ")";
  }
}
