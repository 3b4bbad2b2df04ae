package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;

/**
 * Finds the position in a segment from which a reader must look for an offset: the {@code .index}
 * file, sparse, entries of 8 bytes (offset relative to the segment's base, position).
 *
 * <p>One caller at a time changes it, any thread looks up; a lookup that meets a truncation answers
 * for before or after it. Opened when first needed.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class OffsetIndex implements AutoCloseable {
  static final int ENTRY_SIZE_BYTES = 8;

  private final IndexFile file;
  private final long baseOffset;
  private final int mostEntries;
  // Known once something was appended; −2 while the file has not been asked.
  private int lastRelativeOffset = UNKNOWN;

  private static final int NONE = -1;
  private static final int UNKNOWN = -2;

  OffsetIndex(Disk disk, Path path, long baseOffset, int maxSizeBytes) {
    this.file = new IndexFile(disk, path, ENTRY_SIZE_BYTES, Integer.BYTES);
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

  /** The position that an entry names; 0 if it is gone. */
  int positionAt(int entry) throws IOException {
    IndexFile.Entry found = file.entry(file.view(), entry);
    return found == null ? 0 : positionOf(found.longAt(0));
  }

  boolean isFull() throws IOException {
    return file.count() >= mostEntries;
  }

  /**
   * Notes that the batch with this last offset starts at this position; false if the index is full.
   *
   * @throws IllegalStateException if the offset is not above the last one
   */
  boolean append(long offset, int position) throws IOException {
    if (isFull()) {
      return false;
    }
    int last = lastRelativeOffset();
    long relative = offset - baseOffset;
    if (relative <= last || relative > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          "append of offset=%d to %s, baseOffset=%d, last relative offset=%d"
              .formatted(offset, path(), baseOffset, last));
    }
    file.append((int) relative, position);
    lastRelativeOffset = (int) relative;
    return true;
  }

  /**
   * The entry with the largest offset that is not above this one, in one number for {@link
   * #offsetOf} and {@link #positionOf}; the base offset at position 0 if there is none.
   */
  long lookup(long targetOffset) throws IOException {
    long relative = Math.min(targetOffset - baseOffset, Integer.MAX_VALUE);
    return relative < 0 ? 0 : file.longOfLastNotAbove(file.view(), relative, 0);
  }

  /** The offset of what {@link #lookup} found. */
  long offsetOf(long found) {
    return baseOffset + (found >>> Integer.SIZE);
  }

  /** The position of what {@link #lookup} found. */
  static int positionOf(long found) {
    return (int) found;
  }

  /**
   * The last position named that is not above this one, with an offset below the bound; 0 if there
   * is none.
   */
  int lastPositionWithin(long mostPosition, long offsetBound) throws IOException {
    long relativeBound = offsetBound - baseOffset;
    IndexFile.Entry found =
        file.lastWhile(
            file.view(),
            entry -> {
              long offsetAndPosition = entry.longAt(0);
              return offsetAndPosition >>> Integer.SIZE < relativeBound
                  && positionOf(offsetAndPosition) <= mostPosition;
            });
    return found == null ? 0 : positionOf(found.longAt(0));
  }

  /** An offset that is not below those of the batches before a position; null if none is known. */
  @Nullable Long offsetNotBelow(int position) throws IOException {
    IndexFile.View view = file.view();
    int low = 0;
    int high = view.count();
    Long found = null;
    while (low < high) {
      int middle = (low + high) >>> 1;
      IndexFile.Entry entry = file.entry(view, middle);
      if (entry != null && positionOf(entry.longAt(0)) < position) {
        low = middle + 1;
      } else {
        found = entry == null ? null : offsetOf(entry.longAt(0));
        high = middle;
      }
    }
    return found;
  }

  /** The offset of the last entry; the base offset if there is none. */
  long lastOffset() throws IOException {
    return offsetOf(lastEntry());
  }

  /** The last entry for {@link #offsetOf} and {@link #positionOf}; 0 if there is none. */
  long lastEntry() throws IOException {
    IndexFile.View view = file.view();
    int count = view.count();
    IndexFile.Entry last = count == 0 ? null : file.entry(view, count - 1);
    return last == null ? 0 : last.longAt(0);
  }

  // For whoever changes the index alone: readers must not touch what it remembers.
  private int lastRelativeOffset() throws IOException {
    if (lastRelativeOffset == UNKNOWN) {
      lastRelativeOffset = file.count() == 0 ? NONE : (int) (lastEntry() >>> Integer.SIZE);
    }
    return lastRelativeOffset;
  }

  /** Drops the entries of this offset and all above. */
  void truncateTo(long offset) throws IOException {
    long relative = Math.clamp(offset - baseOffset, 0, 1L + Integer.MAX_VALUE);
    file.truncateToCount(file.countBelow(file.view(), relative));
    lastRelativeOffset = UNKNOWN;
  }

  /** Drops all entries, to be built again from the segment. */
  void reset() throws IOException {
    file.reset();
    lastRelativeOffset = NONE;
  }

  /**
   * What is wrong with the file, as a sentence; null if nothing is. Looks at the size and the last
   * entry only.
   */
  @Nullable String damage() throws IOException {
    int count = file.count();
    String wrongSize = file.damagedSize();
    if (wrongSize != null || count == 0) {
      return wrongSize;
    }
    long last = lastEntry();
    int relative = (int) (last >>> Integer.SIZE);
    if (relative <= 0) {
      return "the last entry of %s has offset %d and position %d, baseOffset=%d"
          .formatted(path(), baseOffset + relative, positionOf(last), baseOffset);
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
    lastRelativeOffset = UNKNOWN;
  }

  /** Closes and gives up what is in memory: the segment is going away, or the disk failed. */
  void closeWithoutWriting() throws IOException {
    file.closeFile();
    lastRelativeOffset = UNKNOWN;
  }
}
