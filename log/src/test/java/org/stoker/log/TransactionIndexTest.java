package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedDisk;

final class TransactionIndexTest {
  private static final Path FILE = Path.of("/log/00000000000000000100.txnindex");

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final TransactionIndex index = new TransactionIndex(disk, FILE, 100);

  @BeforeEach
  void makeDirectory() throws IOException {
    disk.createDurableDirectories(Path.of("/log"));
  }

  private static AbortedTransaction ending(long lastOffset) {
    return new AbortedTransaction(7, lastOffset - 5, lastOffset, lastOffset + 1);
  }

  @Test
  void hasNoFileUntilATransactionIsAborted() throws IOException {
    assertThat(index.isEmpty()).isTrue();
    assertThat(index.all()).isEmpty();
    assertThat(index.damage(1_000_000)).isNull();
    index.truncateTo(0);
    index.reset();
    index.flush();
    assertThat(disk.exists(FILE)).isFalse();

    index.append(ending(110));

    assertThat(disk.sizeBytes(FILE)).isEqualTo(34);
    assertThat(index.all()).containsExactly(ending(110));
  }

  @Test
  void readsManyInBlocks() throws IOException {
    for (int i = 1; i <= 1000; i++) {
      index.append(ending(100 + 10L * i));
    }

    var found = new ArrayList<AbortedTransaction>();
    boolean complete = index.collectAborted(5101, 5131, found);

    assertThat(complete).isTrue();
    assertThat(found).containsExactly(ending(5110), ending(5120), ending(5130));
    assertThat(index.all()).hasSize(1000);
  }

  @Test
  void refusesAMarkerThatIsNotBehindTheLast() throws IOException {
    index.append(ending(110));
    index.close();

    assertThatThrownBy(() -> index.append(ending(110))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aTruncationDropsMarkersAtTheOffsetAndAbove() throws IOException {
    index.append(ending(110));
    index.append(ending(120));

    index.truncateTo(120);

    assertThat(index.all()).containsExactly(ending(110));
    index.append(ending(120));
    index.reset();
    assertThat(index.isEmpty()).isTrue();
  }

  @Test
  void aTornLastEntryIsSaidAndOverwritten() throws IOException {
    index.append(ending(110));
    index.append(ending(120));
    index.close();
    byte[] bytes = disk.contents(FILE);
    disk.put(FILE, Arrays.copyOf(bytes, 50));

    assertThat(index.damage(1_000_000)).contains("50 bytes");
    assertThat(index.all()).containsExactly(ending(110));
    index.append(ending(130));

    assertThat(index.all()).containsExactly(ending(110), ending(130));
    assertThat(index.damage(1_000_000)).isNull();
  }

  @Test
  void saysWhatIsWrongWithADamagedFile() throws IOException {
    index.append(ending(50));
    assertThat(index.damage(1_000_000)).contains("of 100 to 999999").contains(FILE.toString());

    index.close();
    disk.put(FILE, ByteBuffer.allocate(34).putShort((short) 9).array());
    assertThat(index.damage(1_000_000)).contains("version 9");
    assertThatThrownBy(index::all).isInstanceOf(CorruptFileException.class);
  }
}
