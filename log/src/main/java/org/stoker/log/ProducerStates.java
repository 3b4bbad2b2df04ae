package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.MemoryShare;

/**
 * The producers of one partition: turns duplicates and gaps away, and knows which transactions are
 * open.
 *
 * <p>A batch is checked before it is written and noted after. What is known of a producer goes when
 * it has been silent for {@code producer.id.expiration.ms} and has no transaction open; a producer
 * that is not known may start with any sequence, since what was known of it may have expired.
 *
 * <p>What they take of the heap is counted for all partitions together ({@link ProducerMemory}).
 * When that is tight the producers idle longest are forgotten first. A leader refuses a new one
 * rather than forget one that was used lately; a follower, and a log that is read at the start,
 * take what the leader took.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class ProducerStates {
  /** Markers of transactions v2 bump the epoch, so theirs must be above the producer's. */
  private static final int FIRST_VERSION_THAT_BUMPS = 2;

  // So many are looked at for one to forget, so that an append takes no longer for it.
  private static final int MAX_LOOKED_AT = 16;

  private final ProducerSnapshots snapshots;
  private final ProducerMemory memory;
  private final MemoryShare share;
  // The one used last is the last.
  private final LinkedHashMap<Long, ProducerState> producers = new LinkedHashMap<>();
  private @Nullable ProducerState lastUsed;
  private final HashMap<Long, TransactionVerification> verifications = new HashMap<>();
  // By first offset. Readers of committed records stop at the first of either map.
  private final TreeMap<Long, Long> openTransactions = new TreeMap<>();
  private final TreeMap<Long, Long> endedNotReplicated = new TreeMap<>();
  private long expirationMs;
  private long mapEndOffset;
  private long snapshotOffset;

  /** What is to be written as a snapshot of this offset. */
  record PendingSnapshot(long offset, ByteBuffer bytes) {}

  ProducerStates(ProducerSnapshots snapshots, ProducerMemory memory, long expirationMs) {
    this.snapshots = snapshots;
    this.memory = memory;
    this.share = memory.share();
    this.expirationMs = expirationMs;
  }

  ProducerSnapshots snapshots() {
    return snapshots;
  }

  void setExpirationMs(long newExpirationMs) {
    expirationMs = newExpirationMs;
  }

  // ---- Check, then note.

  /** Whether the producer's batch may be appended; changes nothing. */
  ProducerVerdict check(
      long producerId,
      short epoch,
      int baseSequence,
      int lastSequence,
      boolean isTransactional,
      AppendOrigin origin) {
    ProducerState known = producers.get(producerId);
    boolean isClient = origin == AppendOrigin.CLIENT;
    if (known == null) {
      return isClient && !isVerified(producerId, baseSequence, false)
          ? new ProducerVerdict.OutOfOrderSequence(
              producerId, baseSequence, ProducerState.NO_SEQUENCE)
          : ProducerVerdict.Accept.ACCEPT;
    }
    int same = isClient ? known.find(epoch, baseSequence, lastSequence) : -1;
    if (same >= 0) {
      return known.duplicate(same);
    }
    if (epoch < known.epoch() && origin != AppendOrigin.REPLICATION) {
      return new ProducerVerdict.InvalidProducerEpoch(producerId, epoch, known.epoch());
    }
    if (isClient && !isInSequence(known, epoch, baseSequence)) {
      return new ProducerVerdict.OutOfOrderSequence(producerId, baseSequence, known.lastSequence());
    }
    return known.hasTransaction() && !isTransactional
        ? new ProducerVerdict.NotTransactional(producerId, known.transactionFirstOffset())
        : ProducerVerdict.Accept.ACCEPT;
  }

  private boolean isInSequence(ProducerState known, short epoch, int baseSequence) {
    if (!isVerified(known.producerId(), baseSequence, known.hasBatches())) {
      return false;
    }
    if (known.epoch() == ProducerState.NO_EPOCH) {
      return true;
    }
    return epoch == known.epoch()
        ? ProducerState.follows(known.lastSequence(), baseSequence)
        : baseSequence == 0;
  }

  private boolean isVerified(long producerId, int baseSequence, boolean hasBatches) {
    TransactionVerification verification = verifications.get(producerId);
    return verification == null || verification.allows(baseSequence, hasBatches);
  }

  /** Whether the marker that ends the producer's transaction may be appended; changes nothing. */
  ProducerVerdict checkMarker(
      long producerId,
      short epoch,
      int coordinatorEpoch,
      int transactionVersion,
      AppendOrigin origin) {
    ProducerState known = producers.get(producerId);
    if (known == null || origin == AppendOrigin.REPLICATION) {
      return ProducerVerdict.Accept.ACCEPT;
    }
    boolean bumps = transactionVersion >= FIRST_VERSION_THAT_BUMPS;
    // The same marker once more, after the transaction ended, does no harm.
    boolean isRetry = !known.hasTransaction() || epoch == Short.MAX_VALUE;
    if (epoch < known.epoch() || (bumps && epoch == known.epoch() && !isRetry)) {
      return new ProducerVerdict.InvalidProducerEpoch(producerId, epoch, known.epoch());
    }
    return coordinatorEpoch < known.coordinatorEpoch()
        ? new ProducerVerdict.CoordinatorFenced(
            producerId, coordinatorEpoch, known.coordinatorEpoch())
        : ProducerVerdict.Accept.ACCEPT;
  }

  /**
   * Notes a batch that was appended, or that recovery found in the log.
   *
   * @param usedMs when it was appended, as far as is known
   */
  void appended(
      long producerId,
      short epoch,
      int lastSequence,
      long baseOffset,
      long lastOffset,
      long maxTimestamp,
      boolean isTransactional,
      long usedMs) {
    ProducerState state = used(producerId, usedMs);
    state.addBatch(
        epoch, lastSequence, lastOffset, Math.toIntExact(lastOffset - baseOffset), maxTimestamp);
    if (isTransactional) {
      verifications.remove(producerId);
      if (!state.hasTransaction()) {
        state.startTransaction(baseOffset);
        openTransactions.put(baseOffset, producerId);
      }
    }
  }

  /**
   * Notes a marker that was appended, or that recovery found in the log.
   *
   * @return the transaction that it ended; null if none was open
   */
  @Nullable CompletedTransaction markerAppended(
      long producerId,
      short epoch,
      int coordinatorEpoch,
      long offset,
      long timestamp,
      boolean isAbort,
      long usedMs) {
    ProducerState state = used(producerId, usedMs);
    long firstOffset = state.transactionFirstOffset();
    boolean wasOpen = state.hasTransaction();
    state.endTransaction(epoch, coordinatorEpoch, timestamp);
    TransactionVerification verification = verifications.get(producerId);
    if (verification != null && !verification.isOfNextTransaction(epoch)) {
      verifications.remove(producerId);
    }
    if (!wasOpen) {
      return null;
    }
    openTransactions.remove(firstOffset);
    endedNotReplicated.put(firstOffset, offset);
    return new CompletedTransaction(producerId, firstOffset, offset, isAbort);
  }

  // ---- What readers of committed records may see.

  /**
   * The first offset of the first transaction that is open, or whose marker is not replicated yet;
   * −1 if there is none.
   */
  long firstUnstableOffset() {
    long firstOpen = firstKey(openTransactions);
    long firstEnded = firstKey(endedNotReplicated);
    return firstOpen < 0 || firstEnded < 0
        ? Math.max(firstOpen, firstEnded)
        : Math.min(firstOpen, firstEnded);
  }

  /** The first offset of the first open transaction; −1 if none is open. */
  long firstUndecidedOffset() {
    return firstKey(openTransactions);
  }

  /** Where such readers may read to once this transaction, noted already, is replicated. */
  long lastStableOffset(CompletedTransaction completed) {
    long firstOpen = firstKey(openTransactions);
    return firstOpen < 0 ? completed.lastOffset() + 1 : firstOpen;
  }

  /** Markers below this offset are on all in-sync replicas. */
  void highWatermarkAdvanced(long highWatermark) {
    endedNotReplicated.values().removeIf(markerOffset -> markerOffset < highWatermark);
  }

  private static long firstKey(NavigableMap<Long, Long> byFirstOffset) {
    Map.Entry<Long, Long> first = byFirstOffset.firstEntry();
    return first == null ? ProducerState.NO_OFFSET : first.getKey();
  }

  /** When the producer of the oldest open transaction last wrote into it; −1 if none is open. */
  long oldestTransactionLastTimestamp() {
    Map.Entry<Long, Long> first = openTransactions.firstEntry();
    ProducerState producer = first == null ? null : producers.get(first.getValue());
    return producer == null ? -1 : producer.lastTimestamp();
  }

  /**
   * Whether the producer has a transaction open in this epoch, so that nothing need be verified.
   */
  boolean hasOpenTransaction(long producerId, short epoch) {
    ProducerState state = producers.get(producerId);
    return state != null && state.hasTransaction() && state.epoch() == epoch;
  }

  // ---- Verification of a transaction with its coordinator (KIP-890)

  /** Starts, or finds, the verification of the producer's transaction. */
  TransactionVerification verify(
      long producerId, int sequence, short epoch, boolean mayBumpEpoch, long nowMs) {
    TransactionVerification verification =
        verifications.computeIfAbsent(
            producerId, _ -> new TransactionVerification(nowMs, sequence, epoch, mayBumpEpoch));
    verification.seen(sequence, epoch);
    return verification;
  }

  /** The verification of the producer's transaction that has begun; null if there is none. */
  @Nullable TransactionVerification verification(long producerId) {
    return verifications.get(producerId);
  }

  // ---- Memory.

  /**
   * Whether there is memory for a batch of this producer at a leader: for one that is known there
   * always is. What is found for a new one is kept for {@link #appended}.
   */
  boolean tryMakeRoomFor(long producerId, long nowMs) {
    return producers.containsKey(producerId)
        || share.tryPrepare(ProducerMemory.PRODUCER_BYTES)
        || producers.size() < ProducerMemory.MIN_PRODUCERS_OF_PARTITION
        || (forgetIdle(nowMs, ProducerMemory.PROTECTED_MS, MAX_LOOKED_AT)
            && share.tryPrepare(ProducerMemory.PRODUCER_BYTES));
  }

  /** Forgets those that are idle for longer than the memory that is left allows. */
  void forgetIdle(long nowMs) {
    forgetIdle(nowMs, memory.expirationMs(expirationMs), Integer.MAX_VALUE);
  }

  private boolean forgetIdle(long nowMs, long idleMs, int maxLookedAt) {
    int before = producers.size();
    Iterator<ProducerState> idlestFirst = producers.values().iterator();
    for (int i = 0; i < maxLookedAt && idlestFirst.hasNext(); i++) {
      ProducerState producer = idlestFirst.next();
      if (nowMs - producer.lastUsedMs() < idleMs) {
        break;
      }
      if (!producer.hasTransaction()) {
        idlestFirst.remove();
      }
    }
    return countForgotten(before);
  }

  private boolean countForgotten(int countBefore) {
    int forgotten = countBefore - producers.size();
    share.change(-(long) forgotten * ProducerMemory.PRODUCER_BYTES);
    return forgotten > 0;
  }

  private ProducerState used(long producerId, long usedMs) {
    ProducerState state = producers.get(producerId);
    if (state == null) {
      state = new ProducerState(producerId);
      add(state);
    } else if (state != lastUsed) {
      producers.putLast(producerId, state);
    }
    lastUsed = state;
    state.setLastUsedMs(usedMs);
    return state;
  }

  /** Takes the place of the idlest one if there is no room. */
  private void add(ProducerState state) {
    if (!share.tryPrepare(ProducerMemory.PRODUCER_BYTES)
        && producers.size() >= ProducerMemory.MIN_PRODUCERS_OF_PARTITION) {
      forgetIdlest();
    }
    producers.put(state.producerId(), state);
    share.change(ProducerMemory.PRODUCER_BYTES);
  }

  private void forgetIdlest() {
    int before = producers.size();
    Iterator<ProducerState> idlestFirst = producers.values().iterator();
    for (int i = 0; i < MAX_LOOKED_AT && idlestFirst.hasNext(); i++) {
      if (!idlestFirst.next().hasTransaction()) {
        idlestFirst.remove();
        break;
      }
    }
    countForgotten(before);
  }

  /** The log is closed: its producers do not count any more. */
  void close() {
    share.close();
  }

  // ---- All of them

  /** The producers that are known, to look at only. */
  Collection<ProducerState> active() {
    return Collections.unmodifiableCollection(producers.values());
  }

  int count() {
    return producers.size();
  }

  boolean isEmpty() {
    return producers.isEmpty() && endedNotReplicated.isEmpty();
  }

  /** Forgets those that have been silent for too long. */
  void removeExpired(long nowMs) {
    int before = producers.size();
    producers.values().removeIf(producer -> isExpired(producer, nowMs));
    countForgotten(before);
    verifications.values().removeIf(each -> nowMs - each.startedMs() >= expirationMs);
  }

  private boolean isExpired(ProducerState producer, long nowMs) {
    return !producer.hasTransaction() && nowMs - producer.lastTimestamp() >= expirationMs;
  }

  // ---- In step with the log

  /** The offset up to which (exclusive) the log is reflected here. */
  long mapEndOffset() {
    return mapEndOffset;
  }

  /** Whether the log is empty and always was, so that nothing can have been forgotten. */
  boolean hasNeverHeldAnything() {
    return mapEndOffset == 0;
  }

  void updateMapEndOffset(long offset) {
    mapEndOffset = offset;
  }

  void logStartOffsetIncremented(long logStartOffset) {
    highWatermarkAdvanced(logStartOffset);
    mapEndOffset = Math.max(mapEndOffset, logStartOffset);
    long latest = snapshots.latestOffset();
    snapshotOffset = latest < 0 ? logStartOffset : latest;
  }

  /**
   * What is to be written as a snapshot now, by {@link ProducerSnapshots#write} on a storage
   * thread; null if nothing changed since the last one.
   */
  @Nullable PendingSnapshot takeSnapshot() {
    if (mapEndOffset <= snapshotOffset) {
      return null;
    }
    snapshotOffset = mapEndOffset;
    return new PendingSnapshot(mapEndOffset, ProducerSnapshots.encode(producers.values()));
  }

  /** Forgets everything, deletes all snapshots and begins anew at this offset. */
  void truncateFullyAndStartAt(long offset) throws IOException {
    clear();
    snapshots.deleteAll();
    snapshotOffset = 0;
    mapEndOffset = offset;
  }

  /**
   * Goes back to what is known at or below this end of the log: afterwards {@link #mapEndOffset()}
   * says from where on the log must be read again.
   */
  void truncateAndReload(long logStartOffset, long logEndOffset, long nowMs) throws IOException {
    snapshots.keepWithin(logStartOffset, logEndOffset);
    if (logEndOffset == mapEndOffset) {
      logStartOffsetIncremented(logStartOffset);
      return;
    }
    clear();
    ProducerSnapshots.Loaded loaded =
        snapshots.loadLatest(
            Math.max(ProducerMemory.MIN_PRODUCERS_OF_PARTITION, memory.spareProducers()));
    mapEndOffset = loaded == null ? logStartOffset : loaded.offset();
    snapshotOffset = mapEndOffset;
    for (ProducerState producer : loaded == null ? List.<ProducerState>of() : loaded.producers()) {
      if (!isExpired(producer, nowMs)) {
        producer.setLastUsedMs(Math.min(producer.lastTimestamp(), nowMs));
        add(producer);
        if (producer.hasTransaction()) {
          openTransactions.put(producer.transactionFirstOffset(), producer.producerId());
        }
      }
    }
  }

  private void clear() {
    int before = producers.size();
    producers.clear();
    countForgotten(before);
    lastUsed = null;
    openTransactions.clear();
    endedNotReplicated.clear();
  }

  @Override
  public String toString() {
    return "mapEndOffset=%d producers=%s".formatted(mapEndOffset, new ArrayList<>(active()));
  }
}
