package org.stoker.coordinator.group;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.stoker.base.Lane;
import org.stoker.base.Timers.Timer;
import org.stoker.coordinator.runtime.ShardLog;

/** One shard's view of the world: its lane, its partition of the log, time and randomness. */
record ShardSurroundings(
    int partition, Lane lane, ShardWorld world, GroupCoordinatorConfig config) {

  String name() {
    return "__consumer_offsets-" + partition;
  }

  long wallMs() {
    return world.clock().wallMs();
  }

  int maxBatchBytes() {
    return world.log().maxBatchBytes(partition);
  }

  /** The task runs on the lane. */
  Timer after(long delayMs, Runnable task) {
    return world.timers().after(delayMs, () -> lane.submit(task));
  }

  /** The outcome comes on the lane. */
  void append(int leaderEpoch, ByteBuffer batch, Consumer<ShardLog.Appended> outcome) {
    world
        .log()
        .append(partition, leaderEpoch, batch, result -> lane.submit(() -> outcome.accept(result)));
  }
}
