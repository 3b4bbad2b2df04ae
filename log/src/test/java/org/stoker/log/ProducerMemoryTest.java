package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;

/** What producers take of the heap, and which of them are forgotten when that is tight. */
final class ProducerMemoryTest {
  private static final Path DIRECTORY = Path.of("/log/orders-3");
  private static final int ROOM = 100;
  private static final long DAY_MS = 86_400_000;
  private static final long PROTECTED_MS = ProducerMemory.PROTECTED_MS;

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final SimulatedClock clock = new SimulatedClock();
  private final ProducerMemory memory = memoryFor(ROOM);
  private final ProducerSnapshots snapshots = new ProducerSnapshots(disk, DIRECTORY);
  private final ProducerStates states = new ProducerStates(snapshots, memory, DAY_MS);
  private long end;

  private ProducerMemory memoryFor(int producers) {
    return ProducerMemory.ofHeap(8L * producers * ProducerMemory.PRODUCER_BYTES, clock);
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    disk.createDurableDirectories(DIRECTORY);
  }

  /** As a leader: false if the producer is refused. */
  private boolean produce(ProducerStates to, long producerId, long nowMs) {
    boolean hasRoom = to.tryMakeRoomFor(producerId, nowMs);
    if (hasRoom) {
      note(to, producerId, false, nowMs);
    }
    return hasRoom;
  }

  private void note(ProducerStates to, long producerId, boolean isTransactional, long nowMs) {
    to.appended(producerId, (short) 0, 0, end, end, nowMs, isTransactional, nowMs);
    end++;
    to.updateMapEndOffset(end);
  }

  private void fill() {
    for (int id = 0; memory.spareProducers() > 0; id++) {
      assertThat(produce(states, id, 0)).isTrue();
    }
  }

  private static long[] ids(ProducerStates states) {
    return states.active().stream().mapToLong(ProducerState::producerId).toArray();
  }

  @Test
  void aLeaderRefusesNewProducersWhenTheirMemoryIsTakenAndKeepsThoseOfTheLastFifteenMinutes() {
    fill();

    assertThat(produce(states, ROOM, PROTECTED_MS - 1)).isFalse();

    assertThat(produce(states, 0, PROTECTED_MS - 1)).as("an old one").isTrue();
    assertThat(ids(states)).hasSize(ROOM).doesNotContain(ROOM);
    assertThat(memory.usedBytes()).isEqualTo((long) ROOM * ProducerMemory.PRODUCER_BYTES);
  }

  @Test
  void aProducerThatWasIdleForFifteenMinutesMakesRoomForANewOne() {
    fill();
    produce(states, 0, 1);

    assertThat(produce(states, ROOM, PROTECTED_MS)).isTrue();

    assertThat(ids(states)).contains(0).doesNotContain(1);
  }

  @Test
  void aProducerInATransactionIsNeverForgottenForLackOfMemory() {
    note(states, 1_000, true, 0);
    fill();

    assertThat(produce(states, ROOM, PROTECTED_MS)).isTrue();
    states.forgetIdle(DAY_MS - 1);

    assertThat(ids(states)).contains(1_000);
  }

  @Test
  void aFollowerTakesWhatItsLeaderTookAndForgetsTheProducersIdleLongest() {
    for (int id = 0; id < ROOM; id++) {
      note(states, id, false, 0);
    }
    note(states, 0, false, 1);

    for (int id = ROOM; id < 2 * ROOM - 1; id++) {
      note(states, id, false, 1);
    }

    assertThat(ids(states))
        .containsExactly(
            LongStream.concat(LongStream.of(0), LongStream.range(ROOM, 2 * ROOM - 1)).toArray());
    assertThat(memory.usedBytes()).isEqualTo((long) ROOM * ProducerMemory.PRODUCER_BYTES);
  }

  @Test
  void theProducersOfOnePartitionDoNotShutThoseOfOthersOut() {
    fill();
    var others = new ProducerStates(snapshots, memory, DAY_MS);

    for (int id = 0; id < ProducerMemory.MIN_PRODUCERS_OF_PARTITION; id++) {
      assertThat(produce(others, id, 0)).isTrue();
    }

    assertThat(produce(others, ROOM, 0)).isFalse();
  }

  @Test
  void theFullerTheMemoryTheSoonerIdleProducersAreForgotten() {
    assertThat(memory.expirationMs(DAY_MS)).isEqualTo(DAY_MS);
    for (int id = 0; id < ROOM / 2; id++) {
      produce(states, id, 0);
    }
    assertThat(memory.expirationMs(DAY_MS)).as("half full").isEqualTo(DAY_MS);
    for (int id = ROOM / 2; id < ROOM * 3 / 4; id++) {
      produce(states, id, id);
    }
    assertThat(memory.expirationMs(DAY_MS)).as("three quarters").isEqualTo(DAY_MS / 2);
    assertThat(memory.expirationMs(60_000)).as("configured to be shorter").isEqualTo(60_000);

    states.forgetIdle(DAY_MS / 2);
    assertThat(states.count()).isEqualTo(ROOM / 4);

    fill();
    assertThat(memory.expirationMs(DAY_MS)).as("full").isEqualTo(PROTECTED_MS);
  }

  @Test
  void aSnapshotOfMoreProducersThanThereIsRoomForIsLoadedWithTheOnesUsedLast() throws IOException {
    note(states, 1_000, true, 0);
    fill();
    ProducerStates.PendingSnapshot pending = Objects.requireNonNull(states.takeSnapshot());
    snapshots.write(pending.offset(), pending.bytes());
    ProducerMemory lessMemory = memoryFor(20);
    var reloaded = new ProducerStates(snapshots, lessMemory, DAY_MS);

    reloaded.truncateAndReload(0, end, 1);

    assertThat(ids(reloaded)).contains(1_000).endsWith(ROOM - 3, ROOM - 2);
    assertThat(lessMemory.usedBytes()).isEqualTo(20L * ProducerMemory.PRODUCER_BYTES);
    assertThat(reloaded.count()).isEqualTo(20);
  }

  @Test
  void whateverIsForgottenIsGivenBack() throws IOException {
    fill();
    states.removeExpired(DAY_MS);
    assertThat(memory.usedBytes()).isZero();

    fill();
    states.truncateFullyAndStartAt(0);
    assertThat(memory.usedBytes()).isZero();

    fill();
    states.close();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void roomThatWasFoundForABatchThatWasNotWrittenServesTheNextProducer() {
    states.tryMakeRoomFor(7, 0);
    states.tryMakeRoomFor(8, 0);

    assertThat(memory.usedBytes()).isEqualTo(ProducerMemory.PRODUCER_BYTES);
    note(states, 9, false, 0);
    assertThat(memory.usedBytes()).isEqualTo(ProducerMemory.PRODUCER_BYTES);
  }
}
