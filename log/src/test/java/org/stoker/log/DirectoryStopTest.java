package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.base.TopicPartition;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;

/** A clean stop where the whole file system is synced at once. */
final class DirectoryStopTest {
  private static final Path ROOT = Path.of("/data");
  private static final int LOGS = 12;

  private static LogWorld open(SimulatedDisk disk) throws LogDirectoryException {
    return new LogWorld(
        disk,
        new SimulatedClock(),
        LogDirectoryConfig.at(ROOT).withReserveBytes(0),
        LogConfig.DEFAULT,
        1,
        new TreeSync(disk, ROOT));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whatProducersWroteIsKnownAfterThePowerFailedBehindIt(long seed) throws Exception {
    var disk = new SimulatedDisk(seed);
    LogWorld world = open(disk);
    for (int i = 0; i < LOGS; i++) {
      Log log = world.create(new TopicPartition("orders", i), LogConfig.DEFAULT);
      world.append(log, Batches.idempotent(5, 0, 0, world.clock.wallMs(), "first"));
    }
    world.stop();

    LogWorld again = open(disk.powerFailure());

    for (int i = 0; i < LOGS; i++) {
      Log log = Objects.requireNonNull(again.directory.log(new TopicPartition("orders", i)));
      assertThat(log.logEndOffset()).isEqualTo(1);
      AppendOutcome repeated =
          again.append(log, Batches.idempotent(5, 0, 0, world.clock.wallMs(), "first"));
      assertThat(repeated).isInstanceOf(AppendOutcome.Duplicate.class);
    }
  }
}
