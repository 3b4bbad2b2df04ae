package org.stoker.log;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/**
 * A sorted file of entries of one size, the newest of which wait in memory: what the offset index
 * and the time index have in common.
 *
 * <p>One caller at a time changes it; any thread may look things up in the {@link View} that was
 * published last. What was published is never changed: an entry is written behind the count, then
 * the count goes up. The file is opened when it is first needed, and made when the first entries
 * are written out.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class IndexFile {
  /** Entries wait in memory up to this size and are then written out together. */
  static final int LARGEST_TAIL_BYTES = 8 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(IndexFile.class);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  // A new partition pays for a few entries only: a directory holds thousands of them.
  private static final int SMALLEST_TAIL_ENTRIES = 16;
  private static final int ENTRIES_READ_AT_ONCE = 64;

  private final Disk disk;
  private final int entrySizeBytes;
  private final int largestTailEntries;
  private final int keySizeBytes;
  private volatile Path path;
  private volatile @Nullable View view;

  /** The entries as they were published together: those in the file, then those in memory. */
  static final class View {
    private final @Nullable DiskFile file;
    private final int fileCount;
    private final byte[] tail;
    private volatile int tailCount;

    private View(@Nullable DiskFile file, int fileCount, byte[] tail, int tailCount) {
      this.file = file;
      this.fileCount = fileCount;
      this.tail = tail;
      this.tailCount = tailCount;
    }

    int count() {
      return fileCount + tailCount;
    }
  }

  /** One entry, to be read by the index that knows what it holds. */
  static final class Entry {
    private final byte[] bytes;
    private final int at;

    private Entry(byte[] bytes, int at) {
      this.bytes = bytes;
      this.at = at;
    }

    long longAt(int offset) {
      return (long) LONG.get(bytes, at + offset);
    }

    int intAt(int offset) {
      return (int) INT.get(bytes, at + offset);
    }
  }

  /**
   * @param keySizeBytes the size of the number that an entry starts with and is found by: 4 or 8
   */
  IndexFile(Disk disk, Path path, int entrySizeBytes, int keySizeBytes) {
    this.disk = disk;
    this.path = path;
    this.entrySizeBytes = entrySizeBytes;
    this.keySizeBytes = keySizeBytes;
    this.largestTailEntries = LARGEST_TAIL_BYTES / entrySizeBytes;
  }

  Path path() {
    return path;
  }

  boolean isOpen() {
    return view != null;
  }

  /** What is there now; opens the file if nobody did yet. */
  View view() throws IOException {
    View current = view;
    return current != null ? current : open();
  }

  // Two readers may meet a closed file at once; only one may open it.
  private synchronized View open() throws IOException {
    View current = view;
    if (current != null) {
      return current;
    }
    View opened = new View(null, 0, new byte[0], 0);
    if (disk.exists(path)) {
      DiskFile file = disk.open(path, Disk.OpenMode.WRITE);
      try {
        opened = new View(file, entriesIn(file), new byte[0], 0);
      } finally {
        if (opened.file == null) {
          file.close();
        }
      }
    }
    view = opened;
    return opened;
  }

  /** A broker that maps its indexes leaves room after the last entry when it dies: all zeros. */
  private int entriesIn(DiskFile file) throws IOException {
    int entries = Math.toIntExact(file.sizeBytes() / entrySizeBytes);
    if (entries == 0 || !isZero(file, entries - 1)) {
      return entries;
    }
    int low = 0;
    int high = entries - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (isZero(file, middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    LOG.info("{} has room for {} entries of which {} are used", path, entries, low);
    return low;
  }

  private boolean isZero(DiskFile file, int index) throws IOException {
    byte[] bytes = new byte[entrySizeBytes];
    readFully(file, bytes, entrySizeBytes, index);
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  int count() throws IOException {
    return view().count();
  }

  /** The entry at this index, or null if the file ends before it: it was cut meanwhile. */
  @Nullable Entry entry(View from, int index) throws IOException {
    if (index >= from.fileCount) {
      return new Entry(from.tail, (index - from.fileCount) * entrySizeBytes);
    }
    byte[] bytes = new byte[entrySizeBytes];
    DiskFile file = from.file;
    if (file == null || !readFully(file, bytes, entrySizeBytes, index)) {
      return null;
    }
    return new Entry(bytes, 0);
  }

  /**
   * The first 8 bytes of the last entry whose key is not greater than this one; {@code none} if
   * there is none. Allocates nothing when the entry is in memory.
   */
  long longOfLastNotAbove(View in, long key, long none) throws IOException {
    int tailCount = in.tailCount;
    if (tailCount > 0 && key(in.tail, 0) <= key) {
      return (long) LONG.get(in.tail, lastNotAbove(in.tail, tailCount, key) * entrySizeBytes);
    }
    Entry found = lastNotAbove(in, key);
    return found == null ? none : found.longAt(0);
  }

  /** The last entry whose key is not greater than this one; null if there is none. */
  @Nullable Entry lastNotAbove(View in, long key) throws IOException {
    int tailCount = in.tailCount;
    if (tailCount > 0 && key(in.tail, 0) <= key) {
      int found = lastNotAbove(in.tail, tailCount, key);
      return new Entry(in.tail, found * entrySizeBytes);
    }
    DiskFile file = in.file;
    return file == null || in.fileCount == 0 ? null : lastNotAbove(file, in.fileCount, key);
  }

  /**
   * The last entry of those at the beginning that all pass the test; null if the first does not.
   */
  @Nullable Entry lastWhile(View in, Predicate<Entry> test) throws IOException {
    int low = 0;
    int high = in.count();
    Entry found = null;
    while (low < high) {
      int middle = (low + high) >>> 1;
      Entry entry = entry(in, middle);
      if (entry != null && test.test(entry)) {
        found = entry;
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return found;
  }

  /** How many entries have a key below this one. */
  int countBelow(View in, long key) throws IOException {
    int low = 0;
    int high = in.count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      Entry entry = entry(in, middle);
      if (entry != null && key(entry.bytes, entry.at) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private @Nullable Entry lastNotAbove(DiskFile file, int entries, long key) throws IOException {
    byte[] block = new byte[ENTRIES_READ_AT_ONCE * entrySizeBytes];
    int low = 0;
    int high = entries;
    while (high - low > ENTRIES_READ_AT_ONCE) {
      int middle = (low + high) >>> 1;
      if (readFully(file, block, entrySizeBytes, middle) && key(block, 0) <= key) {
        low = middle;
      } else {
        high = middle;
      }
    }
    int count = high - low;
    if (!readFully(file, block, count * entrySizeBytes, low)) {
      return null;
    }
    int found = lastNotAbove(block, count, key);
    return found < 0 ? null : new Entry(block, found * entrySizeBytes);
  }

  /** The last of so many entries in memory whose key is not greater; −1 if there is none. */
  private int lastNotAbove(byte[] entries, int count, long key) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (key(entries, middle * entrySizeBytes) <= key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  private long key(byte[] bytes, int at) {
    return keySizeBytes == Long.BYTES ? (long) LONG.get(bytes, at) : (int) INT.get(bytes, at);
  }

  private boolean readFully(DiskFile file, byte[] into, int size, int index) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(into, 0, size);
    long position = (long) index * entrySizeBytes;
    while (buffer.hasRemaining()) {
      if (file.read(buffer, position + buffer.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  // ---- Changes, by one caller at a time.

  /** Appends an entry of two numbers: a key of 4 bytes and a value of 4. */
  void append(int key, int value) throws IOException {
    View current = viewWithRoom();
    int count = current.tailCount;
    int at = count * entrySizeBytes;
    INT.set(current.tail, at, key);
    INT.set(current.tail, at + Integer.BYTES, value);
    current.tailCount = count + 1;
  }

  /** Appends an entry of two numbers: a key of 8 bytes and a value of 4. */
  void append(long key, int value) throws IOException {
    View current = viewWithRoom();
    int count = current.tailCount;
    int at = count * entrySizeBytes;
    LONG.set(current.tail, at, key);
    INT.set(current.tail, at + Long.BYTES, value);
    current.tailCount = count + 1;
  }

  private View viewWithRoom() throws IOException {
    View current = view();
    if (current.tailCount == largestTailEntries) {
      writeOut();
      current = view();
    }
    int room = current.tail.length / entrySizeBytes;
    if (current.tailCount == room) {
      int entries = Math.min(largestTailEntries, Math.max(SMALLEST_TAIL_ENTRIES, room * 2));
      byte[] larger = Arrays.copyOf(current.tail, entries * entrySizeBytes);
      current = new View(current.file, current.fileCount, larger, current.tailCount);
      view = current;
    }
    return current;
  }

  /** Opens the file and makes it if it is missing, so that no append ever has to. */
  void create() throws IOException {
    fileToWrite(view());
  }

  private DiskFile fileToWrite(View current) throws IOException {
    DiskFile file = current.file;
    if (file == null) {
      file = disk.open(path, Disk.OpenMode.CREATE);
      view = new View(file, current.fileCount, current.tail, current.tailCount);
    }
    return file;
  }

  /** Hands the entries in memory to the operating system; after a failure they are still here. */
  void writeOut() throws IOException {
    View current = view();
    DiskFile file = fileToWrite(current);
    int count = current.tailCount;
    if (count > 0) {
      ByteBuffer bytes = ByteBuffer.wrap(current.tail, 0, count * entrySizeBytes);
      file.write(bytes, (long) current.fileCount * entrySizeBytes);
      // A tail that filled up will again; one written out before that belongs to a segment that is
      // rolled or idle, of which there are thousands.
      int room = count == largestTailEntries ? current.tail.length : 0;
      view = new View(file, current.fileCount + count, new byte[room], 0);
    }
  }

  /** Writes the entries in memory out, drops what lies after the last one, and syncs. */
  void flush() throws IOException {
    writeOut();
    trim();
    sync();
  }

  /** Makes durable what was written out; may be called by any thread. */
  void sync() throws IOException {
    View current = view;
    if (current != null && current.file != null) {
      FileSync.sync(current.file);
    }
  }

  private void trim() throws IOException {
    View current = view();
    DiskFile file = current.file;
    long sizeBytes = (long) current.fileCount * entrySizeBytes;
    if (file != null && file.sizeBytes() > sizeBytes) {
      file.setSize(sizeBytes);
    }
  }

  /** Keeps the first so many entries. */
  void truncateToCount(int count) throws IOException {
    View current = view();
    if (count >= current.count()) {
      return;
    }
    int inFile = Math.min(count, current.fileCount);
    byte[] kept = count > inFile ? current.tail.clone() : new byte[0];
    view = new View(current.file, inFile, kept, count - inFile);
    trim();
  }

  /** Drops all entries. */
  void reset() throws IOException {
    DiskFile file = view().file;
    view = new View(file, 0, new byte[0], 0);
    trim();
  }

  /** What is wrong with the size of the file, as a sentence; null if nothing is. */
  @Nullable String damagedSize() throws IOException {
    DiskFile file = view().file;
    long sizeBytes = file == null ? 0 : file.sizeBytes();
    return sizeBytes % entrySizeBytes == 0
        ? null
        : path + " has " + sizeBytes + " bytes, not a multiple of " + entrySizeBytes;
  }

  void renameTo(Path to) throws IOException {
    if (disk.exists(path)) {
      disk.rename(path, to);
    }
    path = to;
  }

  /** The directory was renamed: the same file under another path. */
  void movedTo(Path to) {
    path = to;
  }

  void delete() throws IOException {
    closeFile();
    disk.delete(path);
  }

  /** Writes out and closes; opens again by itself if it is asked something. */
  void close() throws IOException {
    View current = view;
    if (current != null) {
      try {
        if (current.tailCount > 0) {
          writeOut();
        }
        trim();
      } finally {
        closeFile();
      }
    }
  }

  /** Closes without writing: what is in memory is given up. */
  void closeFile() throws IOException {
    View current = view;
    view = null;
    if (current != null && current.file != null) {
      current.file.close();
    }
  }
}
