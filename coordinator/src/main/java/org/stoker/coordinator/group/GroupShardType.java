package org.stoker.coordinator.group;

import org.stoker.base.MemoryPool;
import org.stoker.base.Seed;
import org.stoker.coordinator.runtime.InternalTopic;
import org.stoker.coordinator.runtime.RecordCodec;
import org.stoker.coordinator.runtime.ReplicatedFacts;
import org.stoker.coordinator.runtime.ShardConfig;
import org.stoker.coordinator.runtime.ShardPartition;
import org.stoker.coordinator.runtime.ShardType;
import org.stoker.metadata.MetadataDelta;

/** Groups and their offsets, in {@code __consumer_offsets}. */
record GroupShardType(GroupCoordinatorConfig groupConfig, GroupMemory groupMemory, Seed seed)
    implements ShardType<GroupShard, GroupFacts, GroupRecord> {
  @Override
  public InternalTopic topic() {
    return GroupCoordinator.TOPIC;
  }

  @Override
  public RecordCodec<GroupRecord> codec() {
    return GroupRecordCodec.CODEC;
  }

  @Override
  public ShardConfig config() {
    GroupCoordinatorConfig.Offsets offsets = groupConfig.offsets();
    return new ShardConfig(offsets.commitTimeoutMs(), offsets.compression());
  }

  @Override
  public GroupFacts noFacts() {
    return GroupFacts.NONE;
  }

  @Override
  public MemoryPool memory() {
    return groupMemory.offsets();
  }

  @Override
  public GroupShard newMachine(
      ReplicatedFacts<GroupFacts, GroupRecord> facts, ShardPartition partition) {
    return new GroupShard(groupConfig, facts, groupMemory, seed, partition::maxBatchBytes);
  }

  @Override
  public boolean reactsTo(MetadataDelta delta) {
    return !delta.deletedTopics().isEmpty();
  }
}
