package org.stoker.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.stoker.base.Disk.OpenMode;
import org.stoker.base.DiskFile;
import org.stoker.base.DiskFullException;

final class SimulatedDiskTest {
  private static final Path DIRECTORY = Path.of("/data");
  private static final Path FILE = DIRECTORY.resolve("a");
  private static final Path OTHER = DIRECTORY.resolve("b");
  private static final int SEEDS = 300;

  private interface Story {
    void tell(SimulatedDisk disk) throws IOException;
  }

  private static SimulatedDisk diskWithDirectory(long seed) throws IOException {
    var disk = new SimulatedDisk(seed);
    disk.createDurableDirectories(DIRECTORY);
    return disk;
  }

  /** What the file holds after the story and a power failure, over many seeds; "none": no file. */
  private static Set<String> foundAfterPowerFailure(Path file, Story story) throws IOException {
    var found = new HashSet<String>();
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk disk = diskWithDirectory(seed);
      story.tell(disk);
      SimulatedDisk after = disk.powerFailure();
      found.add(after.exists(file) ? text(after.contents(file)) : "none");
    }
    return found;
  }

  private static String text(byte[] bytes) {
    var text = new StringBuilder();
    for (byte b : bytes) {
      text.append(b == 0 ? '0' : (char) b);
    }
    return text.toString();
  }

  private static void write(SimulatedDisk disk, Path path, String text, boolean sync)
      throws IOException {
    try (DiskFile open = disk.open(path, OpenMode.CREATE)) {
      open.write(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)), 0);
      if (sync) {
        open.sync();
      }
    }
  }

  private static void writeDurably(SimulatedDisk disk, Path path, String text) throws IOException {
    write(disk, path, text, true);
    disk.syncDirectory(DIRECTORY);
  }

  @Test
  void syncedBytesUnderASyncedEntrySurvive() throws IOException {
    Set<String> found = foundAfterPowerFailure(FILE, disk -> writeDurably(disk, FILE, "abc"));

    assertThat(found).containsExactly("abc");
  }

  @Test
  void anEntryThatWasNotSyncedMayVanish() throws IOException {
    Set<String> found = foundAfterPowerFailure(FILE, disk -> write(disk, FILE, "abc", true));

    assertThat(found).containsExactlyInAnyOrder("none", "abc");
  }

  @Test
  void unsyncedBytesAreKeptLostOrReadAsZerosAndTheSizeGrowsOrNot() throws IOException {
    Set<String> found =
        foundAfterPowerFailure(
            FILE,
            disk -> {
              write(disk, FILE, "", true);
              disk.syncDirectory(DIRECTORY);
              write(disk, FILE, "ab", false);
            });

    assertThat(found).contains("", "ab", "00", "a").allMatch(text -> text.matches("|a|0|ab|00"));
  }

  @Test
  void aLargeUnsyncedWriteTearsAtSectors() throws IOException {
    int sector = StoredFile.SECTOR_BYTES;
    boolean torn = false;
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk disk = diskWithDirectory(seed);
      writeDurably(disk, FILE, "o".repeat(2 * StoredFile.PAGE_BYTES));
      write(disk, FILE, "n".repeat(2 * StoredFile.PAGE_BYTES), false);

      byte[] found = disk.powerFailure().contents(FILE);

      for (int at = 0; at < found.length; at += sector) {
        byte[] one = Arrays.copyOfRange(found, at, at + sector);
        assertThat(text(one)).matches("o{512}|n{512}");
        torn |= at % StoredFile.PAGE_BYTES != 0 && one[0] != found[at - 1];
      }
    }

    assertThat(torn).isTrue();
  }

  @Test
  void syncedBytesBeforeAnUnsyncedAppendInTheSamePageStayIntact() throws IOException {
    Set<String> found =
        foundAfterPowerFailure(
            FILE,
            disk -> {
              writeDurably(disk, FILE, "abc");
              try (DiskFile open = disk.open(FILE, OpenMode.WRITE)) {
                open.write(ByteBuffer.wrap(new byte[] {'d', 'e'}), 3);
              }
            });

    assertThat(found).contains("abc", "abcde").allMatch(text -> text.startsWith("abc"));
  }

  @Test
  void anUnsyncedTruncationMayBringTheOldBytesBack() throws IOException {
    Set<String> found =
        foundAfterPowerFailure(
            FILE,
            disk -> {
              writeDurably(disk, FILE, "abcdef");
              try (DiskFile open = disk.open(FILE, OpenMode.WRITE)) {
                open.setSize(2);
              }
            });

    assertThat(found).contains("ab", "abcdef").allMatch(text -> text.startsWith("ab"));
  }

  @Test
  void aSyncedTruncationStays() throws IOException {
    Set<String> found =
        foundAfterPowerFailure(
            FILE,
            disk -> {
              writeDurably(disk, FILE, "abcdef");
              try (DiskFile open = disk.open(FILE, OpenMode.WRITE)) {
                open.setSize(2);
                open.sync();
              }
            });

    assertThat(found).containsExactly("ab");
  }

  @Test
  void aRenameHappensAsAWholeOrNotAtAll() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk disk = diskWithDirectory(seed);
      writeDurably(disk, OTHER, "old");
      writeDurably(disk, FILE, "new");
      disk.rename(FILE, OTHER);

      SimulatedDisk after = disk.powerFailure();

      boolean renamed = !after.exists(FILE);
      assertThat(text(after.contents(OTHER))).isEqualTo(renamed ? "new" : "old");
    }
  }

  @Test
  void aReplacementByRenameIsDurableAfterTheDirectorySync() throws IOException {
    Set<String> found =
        foundAfterPowerFailure(
            OTHER,
            disk -> {
              writeDurably(disk, OTHER, "old");
              write(disk, FILE, "new", true);
              disk.rename(FILE, OTHER);
              disk.syncDirectory(DIRECTORY);
            });

    assertThat(found).containsExactly("new");
  }

  @Test
  void anUnsyncedDeletionMayBeForgotten() throws IOException {
    Set<String> found =
        foundAfterPowerFailure(
            FILE,
            disk -> {
              writeDurably(disk, FILE, "abc");
              disk.delete(FILE);
            });

    assertThat(found).containsExactlyInAnyOrder("none", "abc");
  }

  @Test
  void aNameGivenAwayAndTakenAgainNeverLosesTheFirstFile() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk disk = diskWithDirectory(seed);
      writeDurably(disk, FILE, "first");
      disk.rename(FILE, OTHER);
      write(disk, FILE, "second", true);

      SimulatedDisk after = disk.powerFailure();

      Path first = after.exists(OTHER) ? OTHER : FILE;
      assertThat(text(after.contents(first))).isEqualTo("first");
    }
  }

  @Test
  void aDirectoryThatWasNotSyncedTakesItsFilesAlong() throws IOException {
    Path sub = DIRECTORY.resolve("sub");
    Set<String> found =
        foundAfterPowerFailure(
            sub.resolve("a"),
            disk -> {
              disk.createDirectories(sub);
              write(disk, sub.resolve("a"), "abc", true);
              disk.syncDirectory(sub);
            });

    assertThat(found).containsExactlyInAnyOrder("none", "abc");
  }

  @Test
  void afterAPowerFailureTheOldDiskAndItsFilesAreDeadAndTheLockIsFree() throws Exception {
    SimulatedDisk disk = diskWithDirectory(1);
    writeDurably(disk, FILE, "abc");
    DiskFile open = disk.open(FILE, OpenMode.WRITE);
    AutoCloseable lock = disk.tryLock(DIRECTORY.resolve(".lock"));

    SimulatedDisk after = disk.powerFailure();

    assertThat(lock).isNotNull();
    assertThatThrownBy(() -> open.write(ByteBuffer.allocate(1), 0))
        .hasMessageContaining("the power failed");
    assertThatThrownBy(() -> open.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> disk.exists(FILE)).isInstanceOf(IOException.class);
    assertThat(after.tryLock(DIRECTORY.resolve(".lock"))).isNotNull();
  }

  @Test
  void aKilledProcessLeavesAllItWroteButNothingMoreDurableThanBefore() throws IOException {
    var found = new HashSet<String>();
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk disk = diskWithDirectory(seed);
      write(disk, FILE, "abc", false);

      SimulatedDisk killed = disk.processKill();
      assertThat(text(killed.contents(FILE))).isEqualTo("abc");
      SimulatedDisk after = killed.powerFailure();
      found.add(after.exists(FILE) ? "some" : "none");
    }

    assertThat(found).containsExactlyInAnyOrder("some", "none");
  }

  @Test
  void afterAFailedSyncALaterOneDoesNotHelp() throws IOException {
    Set<String> found =
        foundAfterPowerFailure(
            FILE,
            disk -> {
              writeDurably(disk, FILE, "old");
              disk.arm(DiskFault.next(DiskFault.Kind.SYNC));
              try (DiskFile open = disk.open(FILE, OpenMode.WRITE)) {
                open.write(ByteBuffer.wrap(new byte[] {'n', 'e', 'w'}), 0);
                assertThatThrownBy(open::sync).hasMessageContaining("Input/output error");
                open.sync();
              }
              assertThat(text(disk.contents(FILE))).isEqualTo("new");
            });

    assertThat(found).containsExactlyInAnyOrder("old", "new");
  }

  @Test
  void afterAFailedSyncProgramsSeeThePlatterIfTheyHaveTheCacheDropped() throws IOException {
    var seen = new HashSet<String>();
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk disk = diskWithDirectory(seed);
      writeDurably(disk, FILE, "old");
      disk.arm(DiskFault.next(DiskFault.Kind.SYNC));
      try (DiskFile open = disk.open(FILE, OpenMode.WRITE)) {
        open.write(ByteBuffer.wrap(new byte[] {'n', 'e', 'w'}), 0);
        assertThatThrownBy(open::sync).hasMessageContaining("Input/output error");
        open.dropCached();
      }

      String left = text(disk.contents(FILE));
      seen.add(left);
      assertThat(text(disk.powerFailure().contents(FILE))).isEqualTo(left);
    }

    assertThat(seen).containsExactlyInAnyOrder("old", "new");
  }

  @Test
  void theNthMatchingCallFailsOnce() throws IOException {
    SimulatedDisk disk = diskWithDirectory(1);
    disk.arm(DiskFault.nth(2, DiskFault.Kind.OPEN, FILE::equals));

    disk.open(OTHER, OpenMode.CREATE).close();
    disk.open(FILE, OpenMode.CREATE).close();
    disk.open(OTHER, OpenMode.CREATE).close();
    assertThatThrownBy(() -> disk.open(FILE, OpenMode.READ)).hasMessageContaining(FILE.toString());
    assertThat(disk.isArmed()).isFalse();
    disk.open(FILE, OpenMode.READ).close();
  }

  @Test
  void aFailedWriteLeavesAnyPartOfItself() throws IOException {
    var sizes = new HashSet<Long>();
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk disk = diskWithDirectory(seed);
      disk.arm(DiskFault.next(DiskFault.Kind.WRITE));

      assertThatThrownBy(() -> write(disk, FILE, "abc", false)).isInstanceOf(IOException.class);

      sizes.add(disk.sizeBytes(FILE));
    }

    assertThat(sizes).containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
  }

  @Test
  void aFullDiskTakesWhatFitsAndWorksAgainWhenThereIsRoom() throws IOException {
    SimulatedDisk disk = diskWithDirectory(1);
    disk.limitCapacity(5);

    assertThatThrownBy(() -> write(disk, FILE, "abcdefgh", false))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("No space left on device");
    assertThat(text(disk.contents(FILE))).isEqualTo("abcde");
    assertThat(disk.usableBytes(DIRECTORY)).isZero();
    assertThatThrownBy(() -> disk.open(OTHER, OpenMode.CREATE))
        .isInstanceOf(DiskFullException.class);
    // What lies within the file needs no room.
    write(disk, FILE, "ABCDE", false);

    disk.limitCapacity(100);
    write(disk, FILE, "abcdefgh", false);
    assertThat(disk.usedBytes()).isEqualTo(8);
    disk.delete(FILE);
    assertThat(disk.usedBytes()).isZero();
  }

  @Test
  void flipsOneBitForGoodOrForOneRead() throws IOException {
    SimulatedDisk disk = diskWithDirectory(1);
    writeDurably(disk, FILE, "a");

    disk.arm(DiskFault.next(DiskFault.Kind.FLIPPED_READ));
    ByteBuffer once = ByteBuffer.allocate(1);
    try (DiskFile open = disk.open(FILE, OpenMode.READ)) {
      assertThat(open.read(once, 0)).isEqualTo(1);
    }
    assertThat(Integer.bitCount((once.get(0) ^ 'a') & 0xFF)).isEqualTo(1);
    assertThat(text(disk.contents(FILE))).isEqualTo("a");

    disk.flipBit(FILE, 0, 1);
    assertThat(text(disk.contents(FILE))).isEqualTo("c");
    assertThat(text(disk.powerFailure().contents(FILE))).isEqualTo("c");
  }

  @Test
  void theSameSeedAndCallsGiveTheSameDisk() throws IOException {
    for (long seed = 0; seed < 20; seed++) {
      assertThat(story(seed)).isEqualTo(story(seed));
    }
  }

  private static String story(long seed) throws IOException {
    SimulatedDisk disk = diskWithDirectory(seed);
    writeDurably(disk, FILE, "x".repeat(10_000));
    write(disk, FILE, "y".repeat(20_000), false);
    write(disk, OTHER, "z", false);
    SimulatedDisk after = disk.powerFailure();
    return after.list(DIRECTORY) + text(after.contents(FILE));
  }
}
