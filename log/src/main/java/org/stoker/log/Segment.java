package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
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
  private static final long UNKNOWN = Long.MIN_VALUE;

  private final Disk disk;
  private final long baseOffset;
  private final SegmentIndexes indexes;
  private final SegmentLookup lookup;
  private final LogConfig.SegmentConfig config;

  private volatile Path directory;
  private volatile String suffix = "";
  private volatile @Nullable SegmentFile file;
  private volatile boolean isGone;

  // Written by the lane, published with the view.
  private int sizeBytes;
  private long firstTimestamp = UNKNOWN;
  private long madeAtMs;
  // Where the file ends, if zeros lie behind the batches; otherwise anything up to their end.
  private int preallocatedTo;
  // What an undone append left behind must not come back behind the next one.
  private boolean isCutUnsynced;
  // Whether the last entries are known to agree with the batches, so that appends can follow them.
  private boolean areIndexesChecked;
  // Whether the time index has its last entry.
  private boolean isSealed;

  private Segment(
      Disk disk, Path directory, long baseOffset, int sizeBytes, LogConfig.SegmentConfig config) {
    this.disk = disk;
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.sizeBytes = sizeBytes;
    this.config = config;
    this.indexes = new SegmentIndexes(disk, directory, baseOffset, config);
    this.lookup = new SegmentLookup(indexes, baseOffset);
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
    segment.isSealed = true;
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
      segment.indexes.startEmpty();
    } catch (IOException e) {
      segment.retire();
      throw e;
    }
    segment.areIndexesChecked = true;
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

  SegmentIndexes indexes() {
    return indexes;
  }

  boolean isOpen() {
    return file != null;
  }

  /** Whether a lookup needs to open no file. */
  boolean isReadable() {
    return file != null && indexes.offsets().isOpen();
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
    TimestampOffset known = indexes.maxTimestamp();
    return known != null ? known : findMaxTimestamp();
  }

  private TimestampOffset findMaxTimestamp() throws IOException {
    SegmentFile open = retainFile();
    if (open == null) {
      return indexes.noTimestamp();
    }
    try {
      SegmentEnd end = SegmentEnd.of(open.file(), sizeBytes, baseOffset, indexes, isSealed, false);
      if (end.indexDamage() != null) {
        indexes.noteDamage(end.indexDamage());
      }
      return indexes.foundMaxTimestamp(end.maxTimestamp());
    } finally {
      open.release();
    }
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
    requireTrueIndexes(open.file());
    isSealed = false;
    indexes.create();
    maxTimestamp();
    if (firstTimestamp == UNKNOWN) {
      firstTimestamp = readFirstTimestamp(open.file());
    }
    if (isCutUnsynced) {
      FileSync.syncRecords(open.file());
      isCutUnsynced = false;
    }
  }

  boolean isPrepared() {
    return file != null
        && areIndexesChecked
        && !isSealed
        && indexes.areOpen()
        && indexes.maxTimestamp() != null
        && (firstTimestamp != UNKNOWN || sizeBytes == 0)
        && !isCutUnsynced;
  }

  /** Entries that follow a wrong one would be refused, or lead nowhere. */
  private void requireTrueIndexes(DiskFile open) throws IOException {
    if (!areIndexesChecked) {
      SegmentEnd end = SegmentEnd.of(open, sizeBytes, baseOffset, indexes, isSealed, false);
      if (end.indexDamage() == null) {
        indexes.setMaxTimestamp(end.maxTimestamp());
      } else {
        indexes.noteDamage(end.indexDamage());
        indexes.rebuild(open, sizeBytes);
      }
      areIndexesChecked = true;
    }
  }

  /** Builds the indexes again from the batches. On the lane and on a storage thread. */
  void rebuildIndexes() throws IOException {
    SegmentFile open = retainFile();
    if (open != null) {
      try {
        indexes.rebuild(open.file(), sizeBytes);
        areIndexesChecked = true;
      } finally {
        open.release();
      }
    }
  }

  /** Where the batches end, and whether the indexes agree; for a segment that nobody else uses. */
  SegmentEnd readEnd() throws IOException {
    SegmentFile open = retainFile();
    if (open == null) {
      throw new IllegalStateException(path() + " is deleted");
    }
    try {
      SegmentEnd end = SegmentEnd.of(open.file(), sizeBytes, baseOffset, indexes, isSealed, true);
      areIndexesChecked = end.damage() == null && end.indexDamage() == null;
      return end;
    } finally {
      open.release();
    }
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
    return indexes.isFull();
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
    int gapBefore = indexes.bytesSinceEntry();
    try {
      open.file().write(batches.duplicate(), sizeBytes);
      index(new BatchWalk(batches), batches.position(), sizeBytes);
    } catch (IOException e) {
      undoAppend(open.file(), e);
      undoIndexing(firstOffset, maxBefore, gapBefore, e);
      throw e;
    }
    if (firstTimestamp == UNKNOWN) {
      firstTimestamp = maxTimestamp().timestamp();
    }
    sizeBytes += batches.remaining();
  }

  private void undoAppend(DiskFile open, IOException cause) throws IOException {
    isCutUnsynced = true;
    preallocatedTo = 0;
    try {
      open.setSize(sizeBytes);
    } catch (IOException e) {
      throw notUndone(e, cause);
    }
  }

  private void undoIndexing(
      long firstOffset, TimestampOffset maxBefore, int gapBefore, IOException cause)
      throws IOException {
    // What lies before the entries that go may never have been looked at.
    areIndexesChecked = false;
    try {
      indexes.undo(firstOffset, maxBefore, gapBefore);
    } catch (IOException e) {
      throw notUndone(e, cause);
    }
  }

  private static IOException notUndone(IOException e, IOException cause) {
    e.addSuppressed(cause);
    return new IOException("a failed append could not be undone: " + e.getMessage(), e);
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
    indexes.note(batch, position);
  }

  /** Drops the indexes, to be filled by {@link #index} again from the first batch on. */
  void resetIndexes() throws IOException {
    indexes.reset();
    isSealed = false;
    areIndexesChecked = true;
  }

  /** Nothing more is appended: the indexes get their last entry and go to the disk. */
  void seal() throws IOException {
    indexes.seal(maxTimestamp());
    isSealed = true;
  }

  /** Where the batch begins that holds the offset: whatever lies behind it goes. */
  int placeOfCut(long offset) throws IOException {
    SegmentFile open = retainFile();
    if (open == null) {
      throw new IllegalStateException(path() + " is deleted");
    }
    try {
      return lookup.placeOfCut(open, offset, sizeBytes);
    } finally {
      open.release();
    }
  }

  /** Cuts the file and the indexes at the batch that holds the offset, and makes that durable. */
  void truncateTo(long offset) throws IOException {
    cutAt(placeOfCut(offset), offset);
  }

  /** Cuts the file there and the indexes at the offset that would come there, durably. */
  void cutAt(int position, long offset) throws IOException {
    SegmentFile open = retainFile();
    if (open == null) {
      throw new IllegalStateException(path() + " is deleted");
    }
    try {
      cutAt(open.file(), position, offset);
    } finally {
      open.release();
    }
  }

  /** Cuts the file there and the indexes at the offset that would come there, durably. */
  void cutAt(DiskFile open, int position, long offset) throws IOException {
    open.setSize(position);
    preallocatedTo = 0;
    indexes.truncateTo(offset);
    FileSync.syncRecords(open);
    sizeBytes = position;
    isCutUnsynced = false;
    areIndexesChecked = false;
    isSealed = false;
    requireTrueIndexes(open);
    if (position == 0) {
      firstTimestamp = UNKNOWN;
    }
  }

  /** Syncs the file's bytes and size, not the indexes. */
  void syncLog() throws IOException {
    SegmentFile open = retainFile();
    if (open != null) {
      try {
        FileSync.syncRecords(open.file());
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
    indexes.renameTo(directory, newSuffix);
  }

  /** The directory of the files was renamed. */
  void movedTo(Path newDirectory) {
    directory = newDirectory;
    indexes.movedTo(newDirectory, suffix);
  }

  /** No new reader gets it; the file closes when the last one has released it. */
  synchronized void retire() {
    isGone = true;
    releaseFile();
  }

  /** Removes the files of a retired segment. */
  void delete() throws IOException {
    disk.delete(path());
    indexes.delete();
  }

  /** Closes its files until they are needed again; nobody else has found the segment yet. */
  void letGo() throws IOException {
    indexes.close();
    releaseFile();
  }

  /** Closes its files as they are: what opened it has failed, and another try finds them anew. */
  void abandon() {
    retire();
    indexes.abandon();
  }

  private void releaseFile() {
    SegmentFile open = file;
    file = null;
    if (open != null) {
      open.release();
    }
  }

  /** Closes for good, with everything that a later start relies on in the files. */
  void close(boolean syncsIndexes) throws IOException {
    if (isPrepared()) {
      indexes.appendLast(maxTimestamp());
    }
    boolean isCut = trim();
    if (syncsIndexes) {
      indexes.flushOpen();
      if (isCut) {
        syncLog();
      }
    }
    indexes.close();
    retire();
  }

  @Override
  public String toString() {
    return "Segment(" + path() + ", sizeBytes=" + sizeBytes + ")";
  }
}
