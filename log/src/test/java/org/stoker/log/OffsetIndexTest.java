package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.DiskFault;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

final class OffsetIndexTest {
  private static final Path DIRECTORY = Path.of("/log");
  private static final Path FILE = DIRECTORY.resolve("00000000000000000100.index");
  private static final long BASE = 100;

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final OffsetIndex index = indexOf(1024 * 1024);

  @BeforeEach
  void makeDirectory() throws IOException {
    disk.createDurableDirectories(DIRECTORY);
  }

  private OffsetIndex indexOf(int maxSizeBytes) {
    return new OffsetIndex(disk, FILE, BASE, maxSizeBytes);
  }

  private static void fill(OffsetIndex index, int entries) throws IOException {
    for (int i = 1; i <= entries; i++) {
      assertThat(index.append(BASE + 10L * i, 1000 * i)).isTrue();
    }
  }

  private void assertLookup(long target, long offset, int position) throws IOException {
    long found = index.lookup(target);
    assertThat(index.offsetOf(found)).as("offset for %d", target).isEqualTo(offset);
    assertThat(OffsetIndex.positionOf(found)).as("position for %d", target).isEqualTo(position);
  }

  @Test
  void anEmptyIndexLeadsToTheStartOfTheSegment() throws IOException {
    assertLookup(BASE, BASE, 0);
    assertLookup(BASE + 1000, BASE, 0);
    assertLookup(0, BASE, 0);
    assertThat(index.lastOffset()).isEqualTo(BASE);
  }

  @Test
  void findsTheLastEntryNotAboveTheOffsetInMemoryAndInTheFile() throws IOException {
    fill(index, 3000);

    // 1,024 entries wait in memory at most, so the first ones are in the file by now.
    assertThat(disk.sizeBytes(FILE)).isEqualTo(2 * 8 * 1024);
    assertLookup(BASE + 9, BASE, 0);
    assertLookup(BASE + 10, BASE + 10, 1000);
    assertLookup(BASE + 15, BASE + 10, 1000);
    assertLookup(BASE + 20_479, BASE + 20_470, 2_047_000);
    assertLookup(BASE + 20_480, BASE + 20_480, 2_048_000);
    assertLookup(BASE + 29_999, BASE + 29_990, 2_999_000);
    assertLookup(Long.MAX_VALUE, BASE + 30_000, 3_000_000);
    assertThat(index.entryCount()).isEqualTo(3000);
  }

  @Test
  void nothingIsOpenedOrMadeBeforeItIsNeeded() throws IOException {
    disk.arm(DiskFault.next(DiskFault.Kind.OPEN));
    OffsetIndex untouched = indexOf(1024);

    assertThat(untouched.isOpen()).isFalse();
    assertThat(untouched.append(BASE + 1, 5)).isTrue();
    assertThat(disk.exists(FILE)).isFalse();
    assertThat(disk.isArmed()).isTrue();
  }

  @Test
  void isFullAtItsLimit() throws IOException {
    OffsetIndex small = indexOf(20);
    fill(small, 2);

    assertThat(small.isFull()).isTrue();
    assertThat(small.append(BASE + 500, 1)).isFalse();
    assertThat(small.entryCount()).isEqualTo(2);
  }

  @Test
  void refusesAnOffsetThatDoesNotGrow() throws IOException {
    fill(index, 2);

    assertThatThrownBy(() -> index.append(BASE + 20, 3000))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("offset=120");
    assertThatThrownBy(() -> index.append(BASE + 1L + Integer.MAX_VALUE, 3000))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aTruncationDropsTheOffsetAndAllAbove() throws IOException {
    fill(index, 3000);

    index.truncateTo(BASE + 25_000);
    assertThat(index.lastOffset()).isEqualTo(BASE + 24_990);
    index.truncateTo(BASE + 11);
    assertThat(index.entryCount()).isEqualTo(1);
    assertThat(disk.sizeBytes(FILE)).isEqualTo(8);
    assertThat(index.append(BASE + 12, 7)).isTrue();

    assertLookup(Long.MAX_VALUE, BASE + 12, 7);
    index.truncateTo(0);
    assertThat(index.entryCount()).isZero();
    assertLookup(Long.MAX_VALUE, BASE, 0);
  }

  @Test
  void aClosedIndexOpensAgainWithAllItsEntries() throws IOException {
    fill(index, 1500);

    index.close();

    assertThat(index.isOpen()).isFalse();
    assertThat(disk.sizeBytes(FILE)).isEqualTo(1500 * 8);
    assertLookup(BASE + 15_000, BASE + 15_000, 1_500_000);
    assertThat(index.append(BASE + 15_001, 1_500_001)).isTrue();
  }

  @Test
  void aFlushedIndexSurvivesAPowerFailure() throws IOException {
    fill(index, 10);
    index.flush();
    disk.syncDirectory(DIRECTORY);

    SimulatedDisk after = disk.powerFailure();

    var found = new OffsetIndex(after, FILE, BASE, 1024);
    assertThat(found.entryCount()).isEqualTo(10);
    assertThat(found.lastOffset()).isEqualTo(BASE + 100);
  }

  @Test
  void recognisesRoomThatKafkaLeftAfterTheLastEntry() throws IOException {
    ByteBuffer preallocated = ByteBuffer.allocate(10 * 1024);
    for (int i = 1; i <= 300; i++) {
      preallocated.putInt(10 * i).putInt(1000 * i);
    }
    disk.put(FILE, preallocated.array());

    assertThat(index.entryCount()).isEqualTo(300);
    assertThat(index.lastOffset()).isEqualTo(BASE + 3000);
    assertThat(index.damage()).isNull();
    index.close();

    assertThat(disk.sizeBytes(FILE)).isEqualTo(300 * 8);
  }

  @Test
  void saysWhatIsWrongWithADamagedFile() throws IOException {
    disk.put(FILE, new byte[] {0, 0, 0, 1, 0, 0, 0, 1, 7, 7, 7});
    assertThat(index.damage()).contains(FILE.toString()).contains("11 bytes");

    index.closeWithoutWriting();
    disk.put(FILE, ByteBuffer.allocate(8).putInt(-5).putInt(9).array());
    assertThat(index.damage()).contains("95");

    index.reset();
    assertThat(index.damage()).isNull();
    assertThat(disk.sizeBytes(FILE)).isZero();
  }

  @Test
  void anEntryThatCouldNotBeWrittenOutIsKept() throws IOException {
    fill(index, 1024);
    disk.arm(DiskFault.next(DiskFault.Kind.WRITE));

    assertThatThrownBy(() -> index.append(BASE + 20_000, 5)).isInstanceOf(IOException.class);

    assertThat(index.entryCount()).isEqualTo(1024);
    assertThat(index.append(BASE + 20_000, 5)).isTrue();
    assertLookup(BASE + 10_240, BASE + 10_240, 1_024_000);
    assertLookup(BASE + 20_000, BASE + 20_000, 5);
  }

  @Test
  void readersFindTrueEntriesWhileOthersAreAppended() throws Exception {
    int entries = 20_000;
    var done = new AtomicBoolean();
    var wrong = new AtomicReference<String>();
    var looked = new AtomicInteger();
    Thread reader =
        new Thread(
            () -> {
              var random = new SplitMixSeed(3);
              while (!done.get() || looked.get() == 0) {
                long target = BASE + random.nextInt(entries * 10);
                String complaint = complaintAbout(target);
                if (complaint != null) {
                  wrong.set(complaint);
                }
                looked.incrementAndGet();
              }
            },
            "reader");
    reader.start();

    for (int i = 1; i <= entries; i++) {
      assertThat(index.append(BASE + 10L * i, 1000 * i)).isTrue();
      if (i % 1500 == 0) {
        index.writeOut();
      }
    }
    done.set(true);
    reader.join();

    assertThat(wrong.get()).isNull();
    assertThat(looked.get()).isPositive();
  }

  private @Nullable String complaintAbout(long target) {
    try {
      long found = index.lookup(target);
      long offset = index.offsetOf(found);
      int position = OffsetIndex.positionOf(found);
      return offset <= target && position == 100 * (offset - BASE)
          ? null
          : "target=%d offset=%d position=%d".formatted(target, offset, position);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void goesOnAfterItWasFlushed() throws IOException {
    fill(index, 20);
    index.flush();

    assertThat(index.append(BASE + 1000, 50_000)).isTrue();
    assertLookup(BASE + 2000, BASE + 1000, 50_000);
    assertThat(disk.sizeBytes(FILE)).isEqualTo(20 * 8);
  }

  @Test
  void goesOnUnderAnotherName() throws IOException {
    Path renamed = DIRECTORY.resolve("other.deleted");
    fill(index, 3);
    index.writeOut();

    index.renameTo(renamed);

    assertThat(index.path()).isEqualTo(renamed);
    assertThat(disk.exists(FILE)).isFalse();
    assertLookup(BASE + 30, BASE + 30, 3000);
    index.delete();
    assertThat(disk.exists(renamed)).isFalse();
  }
}
