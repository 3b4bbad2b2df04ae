package org.stoker.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.DiskFullException;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;

/**
 * The partitions that their disk had no room for, to make them or to recover them. While there are
 * any, a round of tries follows the one before by a second.
 */
@ThreadSafe
final class UnmadeReplicas {
  private static final Logger LOG = LoggerFactory.getLogger(UnmadeReplicas.class);
  private static final long RETRY_MS = 1_000;

  private final Timers timers;
  private final Runnable round;
  // Each partition is in it at most once.
  private final Queue<Unmade> waiting = new ConcurrentLinkedQueue<>();
  private final Set<Unmade> announced = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean isRoundAhead = new AtomicBoolean();

  /** A partition that is not there for lack of room. */
  record Unmade(Uuid topicId, TopicPartition name) {}

  /**
   * @param round tries again; the next one comes only after it has called {@link #takeAll}
   */
  UnmadeReplicas(Timers timers, Runnable round) {
    this.timers = timers;
    this.round = round;
  }

  /** Is said once for each. */
  void lacksRoom(Unmade partition, DiskFullException e) {
    if (announced.add(partition)) {
      LOG.error("{} is offline until there is room: {}", partition.name(), e.getMessage());
    }
    retryLater(partition);
  }

  void retryLater(Unmade partition) {
    waiting.add(partition);
    if (isRoundAhead.compareAndSet(false, true)) {
      timers.after(RETRY_MS, round);
    }
  }

  void isMade(Unmade partition) {
    if (announced.remove(partition)) {
      LOG.info("{} is made, now that there is room", partition.name());
    }
  }

  /** Nobody wants it any more. */
  void forget(Unmade partition) {
    announced.remove(partition);
  }

  List<Unmade> waiting() {
    return List.copyOf(waiting);
  }

  /** Ends the round: those that are to be tried once more come back by {@link #retryLater}. */
  List<Unmade> takeAll() {
    // First: whoever comes behind this starts a round of its own.
    isRoundAhead.set(false);
    List<Unmade> taken = new ArrayList<>();
    for (Unmade next = waiting.poll(); next != null; next = waiting.poll()) {
      taken.add(next);
    }
    return taken;
  }
}
