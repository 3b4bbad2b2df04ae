package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoker.base.TopicPartition;
import org.stoker.records.RecordBatch;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;

/** Epochs reach their file after their records reached the disk, and a crash between loses none. */
final class LeaderEpochsTest {
  private static final Path ROOT = Path.of("/data");
  private static final Path FILE = ROOT.resolve("orders-3/leader-epoch-checkpoint");

  private final SimulatedClock clock = new SimulatedClock();
  private SimulatedDisk disk = new SimulatedDisk(1, clock);

  private LogWorld open() throws LogDirectoryException {
    return new LogWorld(
        disk, clock, LogDirectoryConfig.at(ROOT).withReserveBytes(0), LogConfig.DEFAULT, 1);
  }

  /** Two records in each of the epochs, all of them acknowledged. */
  private static void append(LogWorld world, Log log, int... epochs) {
    for (int epoch : epochs) {
      for (int i = 0; i < 2; i++) {
        LogWorld.onLane(log, () -> world.appendNow(log, Batches.of(1, "record"), epoch));
      }
    }
    world.flush();
    assertThat(log.flushedOffset()).isEqualTo(log.logEndOffset());
  }

  private Map<TopicPartition, Long> recoveryPoints() throws IOException {
    return new OffsetCheckpoint(disk, ROOT.resolve(OffsetCheckpoint.RECOVERY_POINTS)).read();
  }

  @Test
  void aRecoveryPointGoesNoFurtherThanTheEpochsThatAreWritten() throws Exception {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    append(world, log, 3);
    world.checkpoint();
    append(world, log, 5, 8);
    // A record of a new epoch comes between the two steps of a checkpoint.
    world.directory.checkpoints().writeRecoveryPoints(world.directory.logs());

    assertThat(recoveryPoints()).containsEntry(LogWorld.ORDERS, 2L);
    world.directory.stopForCrash();
    disk = disk.powerFailure();
    Log again = open().orders();

    assertThat(again.latestLeaderEpoch()).isEqualTo(8);
    assertThat(again.leaderEpochOf(1)).isEqualTo(3);
    assertThat(again.leaderEpochOf(3)).isEqualTo(5);
    assertThat(again.leaderEpochOf(4)).isEqualTo(8);
  }

  /** Its successor leads in epoch 9, and has records of epoch 3 that it did not have. */
  private static void followAfterAnEpochWithoutARecord(LogWorld world, Log log) throws IOException {
    append(world, log, 3);
    LogWorld.runOnLane(log, () -> log.beginLeaderEpoch(8));
    world.checkpoint();
    appendAsFollower(world, log, 3, 2);
    appendAsFollower(world, log, 9, 3);
    world.flush();
  }

  private static void appendAsFollower(LogWorld world, Log log, int epoch, long offset) {
    ByteBuffer batch = Batches.of(1, "record");
    RecordBatch header = RecordBatch.at(batch, 0);
    header.setBaseOffset(offset);
    header.setPartitionLeaderEpoch(epoch);
    assertThat(world.append(log, batch, AppendOrigin.REPLICATION))
        .isInstanceOf(AppendOutcome.Appended.class);
  }

  private static void assertKnowsNothingOfEpochEight(Log log) {
    assertThat(log.epochHistory().entries())
        .isEqualTo(List.of(new LeaderEpochHistory.Entry(3, 0), new LeaderEpochHistory.Entry(9, 3)));
  }

  @Test
  void anEpochThatBeganWithoutARecordGoesWhenItsSuccessorHasOlderRecords() throws Exception {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);

    followAfterAnEpochWithoutARecord(world, log);

    assertKnowsNothingOfEpochEight(log);
  }

  @Test
  void anEpochThatBeganWithoutARecordAndWasWrittenGoesInTheRecoveryAfterACrash() throws Exception {
    LogWorld world = open();
    followAfterAnEpochWithoutARecord(world, world.create(LogWorld.ORDERS, LogConfig.DEFAULT));

    world.directory.checkpoints().writeRecoveryPoints(world.directory.logs());
    assertThat(recoveryPoints()).containsEntry(LogWorld.ORDERS, 2L);
    world.directory.stopForCrash();
    disk = disk.powerFailure();

    assertKnowsNothingOfEpochEight(open().orders());
  }

  @Test
  void theChoreWritesThemAndThenTheRecoveryPoint() throws Exception {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    append(world, log, 3, 5);
    assertThat(disk.exists(FILE)).isFalse();

    clock.advanceMs(LogDirectoryConfig.ChoreIntervals.DEFAULT.checkpointMs());

    assertThat(new String(disk.contents(FILE), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("0\n2\n3 0\n5 2\n");
    assertThat(recoveryPoints()).containsEntry(LogWorld.ORDERS, 4L);
  }

  @Test
  void aCleanStopWritesThem() throws Exception {
    LogWorld world = open();
    append(world, world.create(LogWorld.ORDERS, LogConfig.DEFAULT), 3, 5);
    world.stop();

    Log again = open().orders();

    assertThat(again.logEndOffset()).isEqualTo(4);
    assertThat(again.leaderEpochOf(1)).isEqualTo(3);
    assertThat(again.leaderEpochOf(2)).isEqualTo(5);
  }
}
