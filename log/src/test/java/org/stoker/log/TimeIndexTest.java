package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedDisk;

final class TimeIndexTest {
  private static final Path FILE = Path.of("/log/00000000000000000100.timeindex");
  private static final long BASE = 100;

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final TimeIndex index = indexOf(1024 * 1024);

  @BeforeEach
  void makeDirectory() throws IOException {
    disk.createDurableDirectories(Path.of("/log"));
  }

  private TimeIndex indexOf(int maxSizeBytes) {
    return new TimeIndex(disk, FILE, BASE, maxSizeBytes);
  }

  private static void fill(TimeIndex index, int entries) throws IOException {
    for (int i = 1; i <= entries; i++) {
      assertThat(index.maybeAppend(1000L * i, BASE + i)).isTrue();
    }
  }

  @Test
  void findsTheLastEntryNotAboveTheTimestamp() throws IOException {
    fill(index, 2000);

    assertThat(index.lookup(999)).isEqualTo(new TimestampOffset(-1, BASE));
    assertThat(index.lookup(1000)).isEqualTo(new TimestampOffset(1000, BASE + 1));
    assertThat(index.lookup(1_500_500)).isEqualTo(new TimestampOffset(1_500_000, BASE + 1500));
    assertThat(index.lookup(Long.MAX_VALUE)).isEqualTo(new TimestampOffset(2_000_000, BASE + 2000));
    assertThat(index.lastEntry()).isEqualTo(new TimestampOffset(2_000_000, BASE + 2000));
  }

  @Test
  void notesOnlyWhatIsNews() throws IOException {
    fill(index, 1);

    assertThat(index.maybeAppend(1000, BASE + 9)).isTrue();

    assertThat(index.entryCount()).isEqualTo(1);
    assertThat(index.lastEntry()).isEqualTo(new TimestampOffset(1000, BASE + 1));
  }

  @Test
  void refusesToGoBack() throws IOException {
    fill(index, 2);

    assertThatThrownBy(() -> index.maybeAppend(1999, BASE + 5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("timestamp=1999");
    assertThatThrownBy(() -> index.maybeAppend(5000, BASE + 1))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keepsOneEntryFreeForTheRoll() throws IOException {
    TimeIndex small = indexOf(36);
    fill(small, 2);

    assertThat(small.isFull()).isTrue();
    assertThat(small.maybeAppend(9000, BASE + 9)).isFalse();
    assertThat(small.appendLast(9000, BASE + 9)).isTrue();
    assertThat(small.appendLast(9001, BASE + 10)).isFalse();
    assertThat(small.lastEntry()).isEqualTo(new TimestampOffset(9000, BASE + 9));
  }

  @Test
  void aTruncationDropsTheOffsetAndAllAbove() throws IOException {
    fill(index, 2000);

    index.truncateTo(BASE + 1000);
    assertThat(index.lastEntry()).isEqualTo(new TimestampOffset(999_000, BASE + 999));
    index.truncateTo(BASE);

    assertThat(index.entryCount()).isZero();
    assertThat(index.lastEntry()).isEqualTo(new TimestampOffset(-1, BASE));
  }

  @Test
  void aClosedIndexOpensAgainWithAllItsEntries() throws IOException {
    fill(index, 1000);

    index.close();

    assertThat(disk.sizeBytes(FILE)).isEqualTo(12_000);
    assertThat(index.lookup(500_000)).isEqualTo(new TimestampOffset(500_000, BASE + 500));
  }

  @Test
  void recognisesRoomThatKafkaLeftAfterTheLastEntry() throws IOException {
    ByteBuffer preallocated = ByteBuffer.allocate(12_000);
    for (int i = 1; i <= 10; i++) {
      preallocated.putLong(1000L * i).putInt(i);
    }
    disk.put(FILE, preallocated.array());

    assertThat(index.entryCount()).isEqualTo(10);
    assertThat(index.lastEntry()).isEqualTo(new TimestampOffset(10_000, BASE + 10));
    index.flush();

    assertThat(disk.sizeBytes(FILE)).isEqualTo(120);
  }

  @Test
  void saysWhatIsWrongWithADamagedFile() throws IOException {
    disk.put(FILE, ByteBuffer.allocate(24).putLong(9).putInt(1).putLong(5).putInt(2).array());
    assertThat(index.damage()).contains(FILE.toString()).contains("timestamp=5");

    index.closeWithoutWriting();
    disk.put(FILE, ByteBuffer.allocate(12).putLong(9).putInt(-1).array());
    assertThat(index.damage()).contains("offset=99");

    index.closeWithoutWriting();
    disk.put(FILE, new byte[13]);
    assertThat(index.damage()).contains("13 bytes");

    index.reset();
    assertThat(index.damage()).isNull();
  }
}
