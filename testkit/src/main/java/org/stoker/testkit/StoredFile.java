package org.stoker.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Seed;

/**
 * The bytes of one simulated file twice over: as programs see them, and as they are on the platter.
 *
 * <p>A page that differs is dirty until a sync carries it over. After a sync that failed the pages
 * are clean but not on the platter, as on Linux: no later sync brings them there, and programs go
 * on seeing them until somebody has the cache dropped.
 */
@ConfinedTo("the monitor of the SimulatedDisk")
final class StoredFile implements StoredNode {
  static final int PAGE_BYTES = 4096;
  static final int SECTOR_BYTES = 512;

  private byte[] seen = new byte[0];
  private byte[] onPlatter = new byte[0];
  private final BitSet dirtyPages = new BitSet();
  private int sizeSeen;
  private int sizeOnPlatter;
  // Below this size nothing was cut since the last sync: what was synced there cannot read as
  // zeros.
  private int smallestSizeSinceSync;
  private boolean sizeDirty;
  long lastModifiedMs;
  // Whether an entry leads to the file; the bytes of a deleted one that is still open count
  // nowhere.
  boolean linked;

  int sizeBytes() {
    return sizeSeen;
  }

  boolean isDirty() {
    return sizeDirty || !dirtyPages.isEmpty();
  }

  int read(ByteBuffer into, long position, int most) {
    if (position >= sizeSeen) {
      return -1;
    }
    int size = (int) Math.min(Math.min(into.remaining(), most), sizeSeen - position);
    into.put(seen, (int) position, size);
    return size;
  }

  void write(ByteBuffer from, long position, int size) {
    int start = Math.toIntExact(position);
    int end = Math.addExact(start, size);
    seen = withRoom(seen, end);
    from.get(seen, start, size);
    if (size > 0) {
      dirtyPages.set(start / PAGE_BYTES, (end - 1) / PAGE_BYTES + 1);
    }
    if (end > sizeSeen) {
      sizeSeen = end;
      sizeDirty = true;
    }
  }

  void setSize(long sizeBytes) {
    int size = Math.toIntExact(sizeBytes);
    if (size == sizeSeen) {
      return;
    }
    if (size < sizeSeen) {
      Arrays.fill(seen, size, sizeSeen, (byte) 0);
      dirtyPages.set(size / PAGE_BYTES, (sizeSeen - 1) / PAGE_BYTES + 1);
      smallestSizeSinceSync = Math.min(smallestSizeSinceSync, size);
    } else {
      seen = withRoom(seen, size);
    }
    sizeSeen = size;
    sizeDirty = true;
  }

  void sync() {
    for (int page = dirtyPages.nextSetBit(0); page >= 0; page = dirtyPages.nextSetBit(page + 1)) {
      carryOver(page);
    }
    dirtyPages.clear();
    setSizeOnPlatter(sizeSeen);
    sizeDirty = false;
    smallestSizeSinceSync = sizeSeen;
  }

  /** Some pages reach the platter, the others never will, and nobody can tell which. */
  void failSync(Seed seed) {
    for (int page = dirtyPages.nextSetBit(0); page >= 0; page = dirtyPages.nextSetBit(page + 1)) {
      if (seed.nextInt(2) == 0) {
        carryOver(page);
      }
    }
    dirtyPages.clear();
  }

  /** Programs see the platter again, but for what still waits to be written. */
  void dropCached() {
    int pages = (sizeSeen + PAGE_BYTES - 1) / PAGE_BYTES;
    for (int page = dirtyPages.nextClearBit(0);
        page < pages;
        page = dirtyPages.nextClearBit(page + 1)) {
      int start = page * PAGE_BYTES;
      int end = Math.min(start + PAGE_BYTES, sizeSeen);
      Arrays.fill(seen, start, end, (byte) 0);
      copySector(onPlatter, seen, start, end);
    }
  }

  /** The kernel writes a dirty page of its own accord, so that older versions can survive too. */
  void writeBackOnePage(Seed seed) {
    int count = dirtyPages.cardinality();
    if (count == 0) {
      return;
    }
    int skip = seed.nextInt(count);
    int page = dirtyPages.nextSetBit(0);
    while (skip-- > 0) {
      page = dirtyPages.nextSetBit(page + 1);
    }
    carryOver(page);
  }

  void flipBit(long position, int bit) {
    if (position < 0 || position >= sizeSeen) {
      throw new IllegalArgumentException("position=" + position + ", size=" + sizeSeen);
    }
    int at = (int) position;
    seen[at] ^= (byte) (1 << bit);
    if (at < onPlatter.length) {
      onPlatter[at] ^= (byte) (1 << bit);
    }
  }

  /** What is found after the power came back: each unsynced page kept, lost or torn on its own. */
  void losePower(Seed seed) {
    int size = sizeDirty ? sizeAfterPowerFailure(seed) : sizeSeen;
    byte[] found = Arrays.copyOf(onPlatter, Math.max(size, onPlatter.length));
    for (int page = dirtyPages.nextSetBit(0); page >= 0; page = dirtyPages.nextSetBit(page + 1)) {
      losePowerInPage(seed, page, found);
    }
    Arrays.fill(found, Math.min(size, found.length), found.length, (byte) 0);
    onPlatter = found;
    seen = found.clone();
    sizeSeen = size;
    sizeOnPlatter = size;
    smallestSizeSinceSync = size;
    sizeDirty = false;
    dirtyPages.clear();
  }

  private int sizeAfterPowerFailure(Seed seed) {
    int low = Math.min(smallestSizeSinceSync, Math.min(sizeSeen, sizeOnPlatter));
    int high = Math.max(sizeSeen, sizeOnPlatter);
    return switch (seed.nextInt(4)) {
      case 0 -> sizeOnPlatter;
      case 1 -> sizeSeen;
      case 2 -> low + seed.nextInt(high - low + 1);
      default -> Math.max(low, high / PAGE_BYTES * PAGE_BYTES);
    };
  }

  private void losePowerInPage(Seed seed, int page, byte[] found) {
    int choice = seed.nextInt(4);
    int start = page * PAGE_BYTES;
    for (int sector = start; sector < start + PAGE_BYTES; sector += SECTOR_BYTES) {
      boolean kept =
          switch (choice) {
            case 0 -> false;
            case 1, 2 -> true;
            default -> seed.nextInt(2) == 0;
          };
      int end = Math.min(sector + SECTOR_BYTES, found.length);
      if (kept) {
        copySector(seen, found, sector, end);
      } else if (sector >= smallestSizeSinceSync && sector < end && seed.nextInt(2) == 0) {
        Arrays.fill(found, sector, end, (byte) 0);
      }
    }
  }

  private static void copySector(byte[] from, byte[] to, int start, int end) {
    int available = Math.min(end, from.length);
    if (start < available) {
      System.arraycopy(from, start, to, start, available - start);
    }
  }

  private void carryOver(int page) {
    int start = page * PAGE_BYTES;
    int end = Math.min(start + PAGE_BYTES, seen.length);
    if (start < end) {
      onPlatter = withRoom(onPlatter, end);
      System.arraycopy(seen, start, onPlatter, start, end - start);
    }
  }

  private void setSizeOnPlatter(int size) {
    if (size < onPlatter.length) {
      Arrays.fill(onPlatter, size, onPlatter.length, (byte) 0);
    }
    sizeOnPlatter = size;
  }

  private static byte[] withRoom(byte[] bytes, int size) {
    if (size <= bytes.length) {
      return bytes;
    }
    long doubled = Math.min(Integer.MAX_VALUE - 8L, Math.max(size, bytes.length * 2L));
    return Arrays.copyOf(bytes, (int) Math.max(size, doubled));
  }
}
