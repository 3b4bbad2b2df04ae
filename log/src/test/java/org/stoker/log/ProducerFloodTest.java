package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedDisk;

/** A client that makes up producers, as the log of its partition sees it. */
final class ProducerFloodTest {
  private static final Path DATA = Path.of("/data");
  private static final int ROOM = (int) (LogWorld.HEAP_BYTES / 8 / ProducerMemory.PRODUCER_BYTES);

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final LogWorld world;
  private final Log log;

  ProducerFloodTest() throws LogDirectoryException {
    world = new LogWorld(disk, DATA);
    log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
  }

  private AppendOutcome append(long producerId, int sequence) {
    return world.append(
        log, Batches.idempotent(producerId, 0, sequence, world.clock.wallMs(), "v"));
  }

  private void flood() {
    for (int id = 0; id < ROOM; id++) {
      assertThat(append(id, 0)).isInstanceOf(AppendOutcome.Appended.class);
    }
  }

  @Test
  void theLogIsAsBeforeWhenANewProducerIsRefusedAndAnOldOneGoesOn() {
    flood();
    long endOffset = log.logEndOffset();

    assertThat(append(ROOM, 0)).isEqualTo(new AppendOutcome.TooManyProducers(ROOM));

    assertThat(log.logEndOffset()).isEqualTo(endOffset);
    assertThat(append(0, 1)).isInstanceOf(AppendOutcome.Appended.class);
    assertThat(append(0, 1)).isInstanceOf(AppendOutcome.Duplicate.class);
    assertThat(world.append(log, Batches.of(1, "no producer")))
        .isInstanceOf(AppendOutcome.Appended.class);
  }

  @Test
  void aChoreForgetsIdleProducersOfEveryPartitionWhenMemoryIsTight() {
    flood();
    append(7, 1);

    world.clock.advanceMs(ProducerMemory.PROTECTED_MS / 2);
    append(7, 2);
    world.clock.advanceMs(ProducerMemory.PROTECTED_MS / 2 + 20_000);

    assertThat(LogWorld.onLane(log, log::activeProducers))
        .extracting(ActiveProducer::producerId)
        .containsExactly(7L);
    assertThat(append(7, 3)).isInstanceOf(AppendOutcome.Appended.class);
    assertThat(append(ROOM, 0)).isInstanceOf(AppendOutcome.Appended.class);
  }

  @Test
  void aFollowerTakesWhatALeaderTook() {
    flood();

    var batch = Batches.idempotent(ROOM, 0, 0, world.clock.wallMs(), "v");
    batch.putLong(0, log.logEndOffset());

    assertThat(world.append(log, batch, AppendOrigin.REPLICATION))
        .isInstanceOf(AppendOutcome.Appended.class);
    assertThat(LogWorld.onLane(log, log::activeProducers))
        .extracting(ActiveProducer::producerId)
        .hasSize(ROOM)
        .contains((long) ROOM)
        .doesNotContain(0L);
  }

  @Test
  void theSameProducersAreKnownAfterACrashAndAfterACleanStop()
      throws IOException, LogDirectoryException {
    flood();
    world.flush();
    world.checkpoint();

    var afterCrash = new LogWorld(disk.powerFailure(), DATA);

    assertKnowsAsManyAsFit(afterCrash);
    afterCrash.stop();
    assertKnowsAsManyAsFit(new LogWorld(afterCrash.disk, DATA));
  }

  private static void assertKnowsAsManyAsFit(LogWorld world) {
    Log log = world.orders();
    assertThat(LogWorld.onLane(log, log::activeProducers)).hasSize(ROOM);
    assertThat(world.append(log, Batches.idempotent(ROOM, 0, 0, world.clock.wallMs(), "v")))
        .isInstanceOf(AppendOutcome.TooManyProducers.class);
    assertThat(world.append(log, Batches.idempotent(0, 0, 0, world.clock.wallMs(), "v")))
        .isInstanceOf(AppendOutcome.Duplicate.class);
  }
}
