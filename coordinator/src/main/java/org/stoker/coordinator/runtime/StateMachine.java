package org.stoker.coordinator.runtime;

import java.util.List;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;

/**
 * Decides what commands, time and changes of the cluster mean for one shard. Same facts, same
 * command, same time: same decision. It reads the shard's {@link ReplicatedFacts}, changes them by
 * the records of its decisions only, and may keep beside them what is worth nothing without this
 * broker, like requests that wait for others.
 *
 * @param <R> the records of its topic
 */
@ConfinedTo(Shard.SHARD_LANE)
public interface StateMachine<R> {
  /**
   * The log holds this record, which the facts follow already: a chance to remember what the log
   * knows and the facts do not. Called while the shard is loaded, on the thread that reads the log.
   */
  default void recall(R record) {}

  /** The whole log was replayed. */
  Decision<R> loaded(long nowMs);

  /** A new image of the cluster; called if {@link ShardType#reactsTo} says so. */
  default Decision<R> imageChanged(MetadataDelta delta, ClusterImage image, long nowMs) {
    return Decision.nothing();
  }

  /** These records were stored or lost, and the facts have followed. */
  default void settled(List<R> records) {}

  /** A decision was carried out: memory that was prepared for it and not used can be given back. */
  default void carriedOut() {}

  /** Another broker leads the partition now: every request that waits must be answered. */
  Decision<R> resigned(long nowMs);

  /** Nothing is asked of it any more: gives back what it counted. */
  default void close() {}

  /** What it holds, in a few words for the log. */
  String summary();
}
