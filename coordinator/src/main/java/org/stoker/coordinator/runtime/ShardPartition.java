package org.stoker.coordinator.runtime;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.stoker.base.Lane;
import org.stoker.base.Timers.Timer;
import org.stoker.metadata.ClusterImage;

/** The partition that a shard stands for: its lane, its log and its time. */
public record ShardPartition(
    String topic, int partition, Lane lane, ShardDependencies dependencies) {
  String name() {
    return topic + "-" + partition;
  }

  public ClusterImage image() {
    return dependencies.image().get();
  }

  /** The largest batch that the topic takes. */
  public int maxBatchBytes() {
    return dependencies.log().maxBatchBytes(partition);
  }

  long wallMs() {
    return dependencies.clock().wallMs();
  }

  /** The task runs on the lane. */
  Timer after(long delayMs, Runnable task) {
    return dependencies.timers().after(delayMs, () -> lane.submit(task));
  }

  /** The outcome comes on the lane. */
  void append(int leaderEpoch, ByteBuffer batch, Consumer<ShardLog.Appended> outcome) {
    dependencies
        .log()
        .append(partition, leaderEpoch, batch, result -> lane.submit(() -> outcome.accept(result)));
  }
}
