package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/**
 * The transactions that were aborted in a segment, in the order of their markers: the {@code
 * .txnindex} file, entries of 34 bytes (version, producer id, first, last and last stable offset).
 *
 * <p>Most segments have none, and no file. One caller at a time changes it, any thread reads.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class TransactionIndex implements AutoCloseable {
  static final int ENTRY_SIZE_BYTES = Short.BYTES + 4 * Long.BYTES;

  private static final short VERSION = 0;
  private static final int ENTRIES_READ_AT_ONCE = 120;

  private final Disk disk;
  private final long baseOffset;
  private volatile Path path;
  private volatile @Nullable Opened opened;

  private record Opened(@Nullable DiskFile file, int count, long lastOffset) {}

  private interface Visitor {
    /** Takes the entry; false ends the walk. */
    boolean visit(int index, AbortedTransaction transaction);
  }

  TransactionIndex(Disk disk, Path path, long baseOffset) {
    this.disk = disk;
    this.path = path;
    this.baseOffset = baseOffset;
  }

  Path path() {
    return path;
  }

  boolean isOpen() {
    return opened != null;
  }

  boolean isEmpty() throws IOException {
    return opened().count == 0;
  }

  // Two readers may meet a closed file at once; only one may open it.
  private synchronized Opened opened() throws IOException {
    Opened current = opened;
    if (current != null) {
      return current;
    }
    if (!disk.exists(path)) {
      current = new Opened(null, 0, -1);
    } else {
      DiskFile file = disk.open(path, Disk.OpenMode.WRITE);
      boolean done = false;
      try {
        current = opened(file);
        done = true;
      } finally {
        if (!done) {
          file.close();
        }
      }
    }
    opened = current;
    return current;
  }

  private Opened opened(DiskFile file) throws IOException {
    int count = Math.toIntExact(file.sizeBytes() / ENTRY_SIZE_BYTES);
    if (count == 0) {
      return new Opened(file, 0, -1);
    }
    ByteBuffer last = ByteBuffer.allocate(ENTRY_SIZE_BYTES);
    readFully(file, last, count - 1);
    return new Opened(file, count, entryAt(last, 0).lastOffset());
  }

  /**
   * Appends the transaction; the file is made if this is the first.
   *
   * @throws IllegalStateException if its marker is not behind the last one's
   */
  void append(AbortedTransaction transaction) throws IOException {
    Opened current = opened();
    if (current.count > 0 && transaction.lastOffset() <= current.lastOffset) {
      throw new IllegalStateException(
          "append of %s to %s, the last one ends at offset %d"
              .formatted(transaction, path, current.lastOffset));
    }
    DiskFile file = current.file;
    if (file == null) {
      file = disk.open(path, Disk.OpenMode.CREATE);
      opened = new Opened(file, 0, -1);
    }
    ByteBuffer entry =
        ByteBuffer.allocate(ENTRY_SIZE_BYTES)
            .putShort(VERSION)
            .putLong(transaction.producerId())
            .putLong(transaction.firstOffset())
            .putLong(transaction.lastOffset())
            .putLong(transaction.lastStableOffset())
            .flip();
    file.write(entry, (long) current.count * ENTRY_SIZE_BYTES);
    opened = new Opened(file, current.count + 1, transaction.lastOffset());
  }

  /**
   * Adds those that a reader from {@code fetchOffset} to {@code upperBoundOffset} (exclusive) must
   * know of.
   *
   * @return whether the segments behind this one can hold no more of them
   */
  boolean collectAborted(long fetchOffset, long upperBoundOffset, List<AbortedTransaction> into)
      throws IOException {
    boolean[] complete = {false};
    walk((_, transaction) -> {
      if (transaction.lastOffset() >= fetchOffset && transaction.firstOffset() < upperBoundOffset) {
        into.add(transaction);
      }
      complete[0] = transaction.lastStableOffset() >= upperBoundOffset;
      return !complete[0];
    });
    return complete[0];
  }

  List<AbortedTransaction> all() throws IOException {
    var all = new ArrayList<AbortedTransaction>();
    walk((_, transaction) -> all.add(transaction));
    return all;
  }

  /** Drops those whose marker is at this offset or above. */
  void truncateTo(long offset) throws IOException {
    Opened current = opened();
    int[] kept = {0};
    walk((index, transaction) -> {
      boolean keep = transaction.lastOffset() < offset;
      kept[0] = keep ? index + 1 : kept[0];
      return keep;
    });
    DiskFile file = current.file;
    if (file != null && kept[0] < current.count) {
      file.setSize((long) kept[0] * ENTRY_SIZE_BYTES);
      opened = opened(file);
    }
  }

  /** Drops all, to be built again from the segment; whatever the file holds. */
  void reset() throws IOException {
    close();
    if (disk.exists(path)) {
      DiskFile file = disk.open(path, Disk.OpenMode.WRITE);
      // Closed with the index, also if it keeps its size.
      opened = new Opened(file, 0, -1);
      file.setSize(0);
    }
  }

  /**
   * What is wrong with the file, as a sentence; null if nothing is. Reads all of it.
   *
   * @param endOffset the first offset behind the segment
   */
  @Nullable String damage(long endOffset) throws IOException {
    String[] found = {null};
    long[] lastOffset = {baseOffset - 1};
    DiskFile file;
    try {
      file = opened().file;
      walk((_, transaction) -> {
        if (transaction.lastOffset() <= lastOffset[0]
            || transaction.lastOffset() >= endOffset
            || transaction.firstOffset() > transaction.lastOffset()) {
          found[0] =
              "%s holds %s behind offset %d of %d to %d"
                  .formatted(path, transaction, lastOffset[0], baseOffset, endOffset - 1);
        }
        lastOffset[0] = transaction.lastOffset();
        return found[0] == null;
      });
    } catch (CorruptFileException e) {
      return e.getMessage();
    }
    if (found[0] == null && file != null && file.sizeBytes() % ENTRY_SIZE_BYTES != 0) {
      return path + " has " + file.sizeBytes() + " bytes, not a multiple of " + ENTRY_SIZE_BYTES;
    }
    return found[0];
  }

  private void walk(Visitor visitor) throws IOException {
    Opened current = opened();
    DiskFile file = current.file;
    if (file == null) {
      return;
    }
    int atOnce = Math.min(current.count, ENTRIES_READ_AT_ONCE);
    ByteBuffer block = ByteBuffer.allocate(atOnce * ENTRY_SIZE_BYTES);
    for (int first = 0; first < current.count; first += ENTRIES_READ_AT_ONCE) {
      int entries = Math.min(current.count - first, ENTRIES_READ_AT_ONCE);
      block.clear().limit(entries * ENTRY_SIZE_BYTES);
      if (!readFully(file, block, first)) {
        // It was cut while we read: what was dropped is no longer in the log either.
        return;
      }
      for (int i = 0; i < entries; i++) {
        if (!visitor.visit(first + i, entryAt(block, i * ENTRY_SIZE_BYTES))) {
          return;
        }
      }
    }
  }

  private AbortedTransaction entryAt(ByteBuffer block, int at) throws CorruptFileException {
    short version = block.getShort(at);
    if (version != VERSION) {
      throw new CorruptFileException(
          path, "an entry of version " + version + ", only " + VERSION + " is known");
    }
    int next = at + Short.BYTES;
    return new AbortedTransaction(
        block.getLong(next),
        block.getLong(next + Long.BYTES),
        block.getLong(next + 2 * Long.BYTES),
        block.getLong(next + 3 * Long.BYTES));
  }

  private static boolean readFully(DiskFile file, ByteBuffer into, int index) throws IOException {
    long position = (long) index * ENTRY_SIZE_BYTES;
    while (into.hasRemaining()) {
      if (file.read(into, position + into.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Makes all entries durable; may be called by any thread. */
  void flush() throws IOException {
    Opened current = opened;
    if (current != null && current.file != null) {
      FileSync.sync(current.file);
    }
  }

  void renameTo(Path to) throws IOException {
    if (disk.exists(path)) {
      disk.rename(path, to);
    }
    path = to;
  }

  /** The directory of the file was renamed. */
  void movedTo(Path to) {
    path = to;
  }

  void delete() throws IOException {
    close();
    disk.delete(path);
  }

  /** Closes; opens again by itself if it is asked something. */
  @Override
  public void close() throws IOException {
    Opened current = opened;
    opened = null;
    if (current != null && current.file != null) {
      current.file.close();
    }
  }
}
