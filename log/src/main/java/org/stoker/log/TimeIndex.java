package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;

/**
 * Finds the offset in a segment from which a reader must look for a timestamp: the {@code
 * .timeindex} file, sparse, entries of 12 bytes (timestamp, offset relative to the segment's base).
 *
 * <p>An entry says that no record up to its offset has a larger timestamp. One caller at a time
 * changes it, any thread looks up. Opened when first needed.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class TimeIndex implements AutoCloseable {
  static final int ENTRY_SIZE_BYTES = 12;

  private final IndexFile file;
  private final long baseOffset;
  private final int mostEntries;
  // Remembered by whoever appends, never by readers: theirs may be stale when they write it down.
  private volatile @Nullable TimestampOffset lastEntry;

  TimeIndex(Disk disk, Path path, long baseOffset, int maxSizeBytes) {
    this.file = new IndexFile(disk, path, ENTRY_SIZE_BYTES, Long.BYTES);
    this.baseOffset = baseOffset;
    this.mostEntries = maxSizeBytes / ENTRY_SIZE_BYTES;
  }

  Path path() {
    return file.path();
  }

  boolean isOpen() {
    return file.isOpen();
  }

  /** Opens the file, made if missing, so that no later append or lookup has to. */
  void create() throws IOException {
    file.create();
  }

  int entryCount() throws IOException {
    return file.count();
  }

  /** One entry is kept free for the one that a roll adds. */
  boolean isFull() throws IOException {
    return file.count() >= mostEntries - 1;
  }

  /**
   * Notes that no record up to this offset has a larger timestamp, if that is news.
   *
   * @return false if the index is full: roll
   * @throws IllegalStateException if the offset or the timestamp goes back
   */
  boolean maybeAppend(long timestamp, long offset) throws IOException {
    return maybeAppend(timestamp, offset, false);
  }

  /** Like {@link #maybeAppend}, at a roll or close: it may take the entry that was kept free. */
  boolean appendLast(long timestamp, long offset) throws IOException {
    return maybeAppend(timestamp, offset, true);
  }

  private boolean maybeAppend(long timestamp, long offset, boolean isLast) throws IOException {
    TimestampOffset last = lastEntry();
    lastEntry = last;
    if (entryCount() > 0 && (offset < last.offset() || timestamp < last.timestamp())) {
      throw new IllegalStateException(
          "append of timestamp=%d offset=%d to %s, last entry %s"
              .formatted(timestamp, offset, path(), last));
    }
    if (timestamp <= last.timestamp()) {
      return true;
    }
    if (isLast ? file.count() >= mostEntries : isFull()) {
      return false;
    }
    file.append(timestamp, Math.toIntExact(offset - baseOffset));
    lastEntry = new TimestampOffset(timestamp, offset);
    return true;
  }

  /**
   * The entry with the largest timestamp that is not above this one; no timestamp and the base
   * offset if there is none.
   */
  TimestampOffset lookup(long targetTimestamp) throws IOException {
    IndexFile.Entry found = file.lastNotAbove(file.view(), targetTimestamp);
    return found == null ? beforeAll() : toTimestampOffset(found);
  }

  /** The last entry; no timestamp and the base offset if there is none. */
  TimestampOffset lastEntry() throws IOException {
    TimestampOffset known = lastEntry;
    return known != null ? known : readLastEntry();
  }

  private TimestampOffset readLastEntry() throws IOException {
    IndexFile.View view = file.view();
    int count = view.count();
    IndexFile.Entry last = count == 0 ? null : file.entry(view, count - 1);
    return last == null ? beforeAll() : toTimestampOffset(last);
  }

  private TimestampOffset beforeAll() {
    return new TimestampOffset(TimestampOffset.NO_TIMESTAMP, baseOffset);
  }

  private TimestampOffset toTimestampOffset(IndexFile.Entry entry) {
    return new TimestampOffset(entry.longAt(0), baseOffset + entry.intAt(Long.BYTES));
  }

  /** The last entry of a smaller offset; no timestamp and the base offset if there is none. */
  TimestampOffset lastEntryBelow(long offset) throws IOException {
    IndexFile.View view = file.view();
    int count = countBelow(view, offset);
    IndexFile.Entry last = count == 0 ? null : file.entry(view, count - 1);
    return last == null ? beforeAll() : toTimestampOffset(last);
  }

  /** Drops the entries of this offset and all above. */
  void truncateTo(long offset) throws IOException {
    file.truncateToCount(countBelow(file.view(), offset));
    lastEntry = null;
  }

  private int countBelow(IndexFile.View view, long offset) throws IOException {
    int low = 0;
    int high = view.count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      IndexFile.Entry entry = file.entry(view, middle);
      if (entry != null && toTimestampOffset(entry).offset() < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Drops all entries, to be built again from the segment. */
  void reset() throws IOException {
    file.reset();
    lastEntry = null;
  }

  /**
   * What is wrong with the file, as a sentence; null if nothing is. Looks at the size, the first
   * and the last entry only.
   */
  @Nullable String damage() throws IOException {
    IndexFile.View view = file.view();
    int count = view.count();
    String wrongSize = file.damagedSize();
    if (wrongSize != null || count == 0) {
      return wrongSize;
    }
    TimestampOffset last = lastEntry();
    IndexFile.Entry first = file.entry(view, 0);
    if (first == null
        || last.offset() < baseOffset
        || last.timestamp() < toTimestampOffset(first).timestamp()) {
      return "the last entry of %s is %s, baseOffset=%d".formatted(path(), last, baseOffset);
    }
    return null;
  }

  /** Writes out what is in memory and syncs the file. */
  void flush() throws IOException {
    file.flush();
  }

  /** Hands what is in memory to the operating system. */
  void writeOut() throws IOException {
    file.writeOut();
  }

  /** Syncs what was written out; may be called by any thread. */
  void sync() throws IOException {
    file.sync();
  }

  void renameTo(Path to) throws IOException {
    file.renameTo(to);
  }

  /** The directory of the file was renamed. */
  void movedTo(Path to) {
    file.movedTo(to);
  }

  void delete() throws IOException {
    file.delete();
  }

  /** Writes out and closes; opens again by itself if it is asked something. */
  @Override
  public void close() throws IOException {
    file.close();
    lastEntry = null;
  }

  /** Closes and gives up what is in memory: the segment is going away, or the disk failed. */
  void closeWithoutWriting() throws IOException {
    file.closeFile();
    lastEntry = null;
  }
}
