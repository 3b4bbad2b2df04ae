package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;

final class ProducerStatesTest {
  private static final Path DIRECTORY = Path.of("/log/orders-3");
  private static final int EXPIRATION_MS = 1000;
  private static final long PRODUCER = 7;

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final ProducerSnapshots snapshots = new ProducerSnapshots(disk, DIRECTORY);
  private final ProducerMemory memory = ProducerMemory.ofHeap(1 << 28, new SimulatedClock());
  private final ProducerStates states = new ProducerStates(snapshots, memory, EXPIRATION_MS);
  private long end;

  @BeforeEach
  void makeDirectory() throws IOException {
    disk.createDurableDirectories(DIRECTORY);
  }

  private ProducerVerdict check(int epoch, int baseSequence, int lastSequence) {
    return states.check(
        PRODUCER, (short) epoch, baseSequence, lastSequence, false, AppendOrigin.CLIENT);
  }

  private void append(int epoch, int baseSequence, int lastSequence, boolean isTransactional) {
    long last = end + lastSequence - baseSequence;
    states.appended(PRODUCER, (short) epoch, lastSequence, end, last, 50 + end, isTransactional, 0);
    end = last + 1;
    states.updateMapEndOffset(end);
  }

  private void snapshot() throws IOException {
    ProducerStates.PendingSnapshot pending = Objects.requireNonNull(states.takeSnapshot());
    snapshots.write(pending.offset(), pending.bytes());
  }

  @Test
  void aProducerThatIsNotKnownMayStartAnywhere() {
    assertThat(check(3, 41, 45)).isInstanceOf(ProducerVerdict.Accept.class);
  }

  @Test
  void answersADuplicateOfTheLastFiveBatchesAndNoOlderOne() {
    for (int i = 0; i < 6; i++) {
      append(0, 10 * i, 10 * i + 9, false);
    }

    assertThat(check(0, 10, 19)).isEqualTo(new ProducerVerdict.Duplicate(10, 19, 60));
    assertThat(check(0, 50, 59)).isEqualTo(new ProducerVerdict.Duplicate(50, 59, 100));
    assertThat(check(0, 0, 9)).isEqualTo(new ProducerVerdict.OutOfOrderSequence(PRODUCER, 0, 59));
    // Half of a batch is not the batch.
    assertThat(check(0, 50, 55)).isInstanceOf(ProducerVerdict.OutOfOrderSequence.class);
  }

  @Test
  void refusesAGap() {
    append(0, 0, 4, false);

    assertThat(check(0, 5, 5)).isInstanceOf(ProducerVerdict.Accept.class);
    assertThat(check(0, 6, 6)).isEqualTo(new ProducerVerdict.OutOfOrderSequence(PRODUCER, 6, 4));
  }

  @Test
  void sequencesStartAgainAfterTheLargest() {
    append(0, Integer.MAX_VALUE - 1, Integer.MAX_VALUE, false);
    assertThat(check(0, 0, 3)).isInstanceOf(ProducerVerdict.Accept.class);

    states.appended(PRODUCER, (short) 0, 1, end, end + 3, 9, false, 0);

    assertThat(check(0, Integer.MAX_VALUE - 1, 1))
        .isEqualTo(new ProducerVerdict.Duplicate(end, end + 3, 9));
  }

  @Test
  void aNewEpochStartsAtZeroAndFencesTheOld() {
    append(1, 0, 4, false);

    assertThat(check(2, 5, 5)).isInstanceOf(ProducerVerdict.OutOfOrderSequence.class);
    assertThat(check(2, 0, 0)).isInstanceOf(ProducerVerdict.Accept.class);
    assertThat(check(0, 5, 5))
        .isEqualTo(new ProducerVerdict.InvalidProducerEpoch(PRODUCER, (short) 0, (short) 1));
  }

  @Test
  void anOpenTransactionHoldsBackReadersUntilItsMarkerIsReplicated() {
    append(0, 0, 9, false);
    append(0, 10, 10, true);
    assertThat(states.firstUnstableOffset()).isEqualTo(10);
    assertThat(states.hasOpenTransaction(PRODUCER, (short) 0)).isTrue();
    assertThat(check(0, 11, 11)).isEqualTo(new ProducerVerdict.NotTransactional(PRODUCER, 10));

    CompletedTransaction completed =
        states.markerAppended(PRODUCER, (short) 0, 4, end, 99, true, 0);

    assertThat(completed).isEqualTo(new CompletedTransaction(PRODUCER, 10, 11, true));
    assertThat(states.firstUndecidedOffset()).isEqualTo(-1);
    assertThat(states.firstUnstableOffset()).isEqualTo(10);
    states.highWatermarkAdvanced(11);
    assertThat(states.firstUnstableOffset()).isEqualTo(10);
    states.highWatermarkAdvanced(12);
    assertThat(states.firstUnstableOffset()).isEqualTo(-1);
    assertThat(states.checkMarker(PRODUCER, (short) 0, 3, 0, AppendOrigin.COORDINATOR))
        .isEqualTo(new ProducerVerdict.CoordinatorFenced(PRODUCER, 3, 4));
  }

  @Test
  void forgetsTheSilentButNotThoseInATransaction() {
    append(0, 0, 9, false);
    states.appended(8, (short) 0, 0, end, end, 50, true, 0);

    states.removeExpired(50 + EXPIRATION_MS - 1);
    assertThat(states.count()).isEqualTo(2);
    states.removeExpired(50 + EXPIRATION_MS);

    assertThat(states.active()).extracting(ProducerState::producerId).containsExactly(8L);
  }

  @Test
  void goesBackToTheNewestSnapshotThatIsWhole() throws IOException {
    append(0, 0, 9, false);
    snapshot();
    append(0, 10, 19, true);
    snapshot();
    append(0, 20, 29, true);
    snapshot();
    disk.flipBit(snapshots.path(20), 20, 3);

    states.truncateAndReload(0, 25, 60);

    // The one at 30 is beyond the end, the one at 20 is damaged.
    assertThat(snapshots.offsets()).containsExactly(10L);
    assertThat(disk.exists(snapshots.path(20))).isFalse();
    assertThat(states.mapEndOffset()).isEqualTo(10);
    assertThat(check(0, 0, 9)).isInstanceOf(ProducerVerdict.Duplicate.class);
    assertThat(states.firstUnstableOffset()).isEqualTo(-1);
  }

  @Test
  void withoutAnySnapshotReadingStartsAtTheLogsStart() throws IOException {
    append(0, 0, 9, false);

    states.truncateAndReload(4, 8, 60);

    assertThat(states.mapEndOffset()).isEqualTo(4);
    assertThat(states.isEmpty()).isTrue();
  }

  @Test
  void takesNoSnapshotWhenNothingChanged() throws IOException {
    append(0, 0, 9, false);
    snapshot();

    assertThat(states.takeSnapshot()).isNull();
  }

  @Test
  void aSnapshotThatWasWrittenSurvivesAPowerFailure() throws IOException {
    append(0, 0, 9, true);
    snapshot();

    var after = new ProducerSnapshots(disk.powerFailure(), DIRECTORY);
    after.load();
    ProducerSnapshots.Loaded loaded = Objects.requireNonNull(after.loadLatest(10));

    assertThat(loaded.offset()).isEqualTo(10);
    assertThat(loaded.producers()).hasSize(1);
    assertThat(loaded.producers().getFirst().transactionFirstOffset()).isZero();
  }

  @Test
  void everyDamageOfASnapshotIsSeen() {
    append(0, 0, 9, true);
    ByteBuffer encoded = ProducerSnapshots.encode(states.active());
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    Path file = Path.of("/x");
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> ProducerSnapshots.decode(file, damaged, 10))
          .as("bit %d", bit)
          .isInstanceOf(CorruptFileException.class);
    }
    for (int size = 0; size < bytes.length; size++) {
      byte[] cut = Arrays.copyOf(bytes, size);
      assertThatThrownBy(() -> ProducerSnapshots.decode(file, cut, 10))
          .isInstanceOf(CorruptFileException.class);
    }
  }

  @Test
  void keepsSnapshotsOfSegmentsAndTheNewestBehindThem() throws IOException {
    for (long offset : new long[] {10, 15, 20, 30, 35, 40}) {
      snapshots.write(offset, ByteBuffer.allocate(1));
    }

    snapshots.deleteStray(List.of(0L, 10L, 20L));
    assertThat(snapshots.offsets()).containsExactly(10L, 20L, 40L);
    snapshots.deleteStray(List.of(0L, 10L, 20L, 50L));
    assertThat(snapshots.offsets()).containsExactly(10L, 20L);

    Path marked = Objects.requireNonNull(snapshots.markDeleted(10));
    assertThat(marked.getFileName().toString()).isEqualTo("00000000000000000010.snapshot.deleted");
    assertThat(disk.exists(marked)).isTrue();
    assertThat(snapshots.markDeleted(11)).isNull();
    snapshots.deleteBefore(20);
    snapshots.deleteBefore(21);
    assertThat(disk.list(DIRECTORY)).containsExactly(marked);
  }

  @Test
  void aSnapshotTakes46BytesForEachProducer() {
    for (long id = 0; id < 10_000; id++) {
      states.appended(id, (short) 0, 0, id, id, 0, false, 0);
    }

    assertThat(states.count()).isEqualTo(10_000);
    assertThat(ProducerSnapshots.encode(states.active()).remaining()).isEqualTo(10 + 10_000 * 46);
  }
}
