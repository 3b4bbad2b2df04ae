package org.stoker.coordinator.group;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.stoker.base.Lane;
import org.stoker.base.Seed;
import org.stoker.base.Uuid;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.EncodedRecord;
import org.stoker.coordinator.runtime.MemoryShardLog;
import org.stoker.coordinator.runtime.ShardDependencies;
import org.stoker.coordinator.runtime.ShardLog;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.Result;
import org.stoker.metadata.TopicImage;
import org.stoker.testkit.SimulatedClock;

/** Group coordinators and their cluster, as tests make them. */
final class Coordinators {
  private static final ClusterImage IMAGE = ClusterImage.empty("cluster");

  private static final CompletableFuture<Result> NO_TOPICS = new CompletableFuture<>();

  private Coordinators() {}

  static GroupCoordinator of(
      GroupCoordinatorConfig config,
      GroupMemory memory,
      Seed seed,
      ShardLog log,
      SimulatedClock clock,
      IntFunction<Lane> lanes) {
    return new GroupCoordinator(
        config,
        memory,
        seed,
        new ShardDependencies(log, clock, clock, () -> IMAGE, _ -> NO_TOPICS),
        lanes);
  }

  static void topicsDeleted(GroupCoordinator groups, Map<String, Uuid> deleted) {
    deleted.forEach((name, id) ->
        groups.imageChanged(
            new MetadataDelta(
                IMAGE,
                Set.of(),
                Map.of(id, new TopicImage(name, id, List.of())),
                Map.of(),
                Set.of(),
                Set.of(),
                false),
            IMAGE));
  }

  /** All that is in the log. */
  static List<GroupRecord> records(MemoryShardLog log) {
    return log.encoded().stream().map(Coordinators::decode).toList();
  }

  private static GroupRecord decode(EncodedRecord record) {
    Bytes value = record.value();
    GroupRecord decoded =
        GroupRecordCodec.CODEC.decode(
            ByteBuffer.wrap(record.key().array()),
            value == null ? null : ByteBuffer.wrap(value.array()));
    if (decoded == null) {
      throw new AssertionError("a record of an unknown kind was written");
    }
    return decoded;
  }
}
