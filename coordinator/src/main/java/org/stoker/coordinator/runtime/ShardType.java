package org.stoker.coordinator.runtime;

import org.stoker.base.MemoryPool;
import org.stoker.metadata.MetadataDelta;

/**
 * One kind of coordinator: its topic, its records, and what it makes of them.
 *
 * @param <M> the state machine of each shard
 * @param <F> the facts of each shard
 * @param <R> the records of the topic
 */
public interface ShardType<M extends StateMachine<R>, F extends Facts<F, R>, R> {
  InternalTopic topic();

  RecordCodec<R> codec();

  ShardConfig config();

  F noFacts();

  /** Where the facts of all shards count. */
  MemoryPool memory();

  /** Called before any record is replayed. */
  M newMachine(ReplicatedFacts<F, R> facts, ShardPartition partition);

  /** Whether the machines hear of this change. */
  boolean reactsTo(MetadataDelta delta);
}
