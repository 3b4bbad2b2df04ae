package org.stoker.log;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.MemoryPool;
import org.stoker.base.MemoryShare;
import org.stoker.base.ThreadSafe;
import org.stoker.base.WarningInterval;

/**
 * The part of the heap that the producers of all partitions may take. The fuller it is, the sooner
 * idle producers are forgotten.
 */
@ThreadSafe
public final class ProducerMemory {
  /** A producer with its last five batches and its place in the partition's map, rounded up. */
  static final int PRODUCER_BYTES = 256;

  /**
   * A leader does not forget a producer that was used so lately for lack of memory: it may send its
   * last batch once more ({@code delivery.timeout.ms} is 2 minutes).
   */
  static final long PROTECTED_MS = 15 * 60_000;

  /** So many of each partition's producers, those used last, are kept however full the pool is. */
  static final int MIN_PRODUCERS_OF_PARTITION = 8;

  private static final int HEAP_DIVISOR = 8;
  private static final String CONSEQUENCE =
      "those idle longest are forgotten, and new ones that find no room are refused. A larger heap"
          + " (KAFKA_HEAP_OPTS) holds more; producer.id.expiration.ms is how long they are kept"
          + " while there is room";
  private static final Logger LOG = LoggerFactory.getLogger(ProducerMemory.class);

  private final MemoryPool pool;
  private final WarningInterval warnings;

  private ProducerMemory(MemoryPool pool, WarningInterval warnings) {
    this.pool = pool;
    this.warnings = warnings;
  }

  /** An eighth of the heap. */
  public static ProducerMemory ofHeap(long heapBytes, Clock clock) {
    return new ProducerMemory(
        new MemoryPool("Idempotent producers", CONSEQUENCE, heapBytes / HEAP_DIVISOR, clock),
        new WarningInterval(clock));
  }

  /** The account of one partition. */
  MemoryShare share() {
    return new MemoryShare(pool);
  }

  long usedBytes() {
    return pool.usedBytes();
  }

  /** How many more producers there is room for. */
  int spareProducers() {
    long spareBytes = Math.max(0, pool.limitBytes() - pool.usedBytes());
    return (int) Math.min(Integer.MAX_VALUE, spareBytes / PRODUCER_BYTES);
  }

  /** Whether idle producers are forgotten sooner than configured. */
  boolean isTight() {
    return pool.usedBytes() > pool.limitBytes() / 2;
  }

  /**
   * After how much idleness producers are forgotten: as configured until half of the pool is taken,
   * and then less and less, down to {@link #PROTECTED_MS} when it is full.
   */
  long expirationMs(long configuredMs) {
    if (!isTight() || configuredMs <= PROTECTED_MS) {
      return configuredMs;
    }
    double spare = Math.max(0, 1 - (double) pool.usedBytes() / pool.limitBytes());
    return Math.max(PROTECTED_MS, (long) (configuredMs * 2 * spare));
  }

  /** Says that producers are forgotten sooner than configured, once a minute. */
  void warnIfTight(long configuredMs) {
    long expirationMs = expirationMs(configuredMs);
    if (expirationMs < configuredMs && warnings.isDue()) {
      LOG.warn(
          "Idempotent producers take {} of the {} bytes of the heap that are for them: those idle"
              + " for {} ms are forgotten, although producer.id.expiration.ms is {}. A larger heap"
              + " (KAFKA_HEAP_OPTS) keeps them longer",
          pool.usedBytes(),
          pool.limitBytes(),
          expirationMs,
          configuredMs);
    }
  }
}
