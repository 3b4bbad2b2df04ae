package org.stoker.replication;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.StorageException;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.ActiveProducer;
import org.stoker.log.AppendOrigin;
import org.stoker.log.AppendOutcome;
import org.stoker.log.CorruptLogException;
import org.stoker.log.FoundOffset;
import org.stoker.log.Log;
import org.stoker.log.ReadOutcome;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

/**
 * One partition on this broker: what it may do here, and up to where its records are committed.
 *
 * <p>Appends run on the partition's lane. The high watermark is the smallest offset that every
 * in-sync replica has on disk, this one included; acks=all is answered when it has passed the
 * batch, and consumers read below it. Readers take no lane.
 */
public final class Partition {
  private static final Logger LOG = LoggerFactory.getLogger(Partition.class);

  private final Uuid topicId;
  private final Log log;
  private final Lane lane;
  private final Executor storage;
  private final Clock clock;
  private final WriteGate gate;

  // Bounded by the connections: each has one fetch at a time.
  private final Set<FetchWaiter> fetchWaiters = ConcurrentHashMap.newKeySet();
  private volatile ReplicaRole role;
  private volatile long highWatermark;
  private volatile TopicRules rules;

  // On the lane.
  private final ParkedProduces parkedProduces = new ParkedProduces();
  private final ArrayDeque<AppendCommand> waitingForTheDisk = new ArrayDeque<>();

  /** What a partition needs beside its log. */
  public record Setting(Executor storage, Clock clock, WriteGate gate) {}

  /**
   * Takes charge of a log that was opened.
   *
   * @param highWatermark the one that was checkpointed last; the flushed end of a sole replica
   *     passes it at once
   */
  public Partition(Uuid topicId, Log log, long highWatermark, TopicRules rules, Setting setting) {
    this.topicId = topicId;
    this.log = log;
    this.rules = rules;
    this.lane = log.lane();
    this.storage = setting.storage();
    this.clock = setting.clock();
    this.gate = setting.gate();
    this.highWatermark = Math.clamp(highWatermark, log.logStartOffset(), log.logEndOffset());
    this.role = new ReplicaRole.Offline("not assigned yet");
    log.setFlushListener((flushed, offset) -> lane.submit(this::afterFlush));
  }

  public TopicPartition topicPartition() {
    return log.topicPartition();
  }

  public Uuid topicId() {
    return topicId;
  }

  public Log log() {
    return log;
  }

  public ReplicaRole role() {
    return role;
  }

  public long highWatermark() {
    return highWatermark;
  }

  /** What the topic asks for at this moment. */
  public TopicRules rules() {
    return rules;
  }

  /** Takes over what the topic asks for from now on. */
  public void reconfigure(TopicRules newRules) {
    rules = newRules;
    log.reconfigure(newRules.log());
  }

  /** Begins to lead, or goes on leading with another in-sync set. */
  public void lead(int leaderEpoch, List<Integer> isr) {
    lane.submit(() -> {
      role = new ReplicaRole.Leader(leaderEpoch, isr);
      log.updateHighWatermark(highWatermark);
      advance();
    });
  }

  /** Stops serving; those who wait are told to look elsewhere. */
  public void resign(String reason) {
    lane.submit(() -> {
      role = new ReplicaRole.Offline(reason);
      parkedProduces.refuseAll(ErrorCode.NOT_LEADER_OR_FOLLOWER, reason);
      refuseThoseThatWaitForTheDisk(ErrorCode.NOT_LEADER_OR_FOLLOWER, reason);
      wakeFetches();
    });
  }

  /** The disk below failed: what was not acknowledged yet never will be. */
  public void failStorage(String reason) {
    lane.submit(() -> {
      parkedProduces.refuseAll(ErrorCode.KAFKA_STORAGE_ERROR, reason);
      refuseThoseThatWaitForTheDisk(ErrorCode.KAFKA_STORAGE_ERROR, reason);
      wakeFetches();
    });
  }

  // ---- Appending.

  /** Appends after all commands that came before it. */
  public void append(AppendCommand command) {
    lane.submit(() -> appendOnLane(command));
  }

  @ConfinedTo(ConfinedTo.PARTITION_LANE)
  private void appendOnLane(AppendCommand command) {
    if (!waitingForTheDisk.isEmpty() || mustWaitForTheDisk()) {
      waitingForTheDisk.add(command);
      return;
    }
    appendNow(command);
  }

  /**
   * Whether the disk lags behind, and a sync of this partition is under way that ends the wait. A
   * partition with nothing to sync goes over the bound by one batch.
   */
  private boolean mustWaitForTheDisk() {
    return !gate.mayAppend()
        && log.config().flush().acksAreFlushed()
        && log.flushedOffset() < log.logEndOffset();
  }

  private void appendNow(AppendCommand command) {
    try {
      tryAppend(command);
    } catch (StorageException | CorruptLogException e) {
      refuse(command, ErrorCode.KAFKA_STORAGE_ERROR, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("An append to {} failed", topicPartition(), e);
      refuse(command, ErrorCode.UNKNOWN_SERVER_ERROR, "the broker failed; its log says more");
    }
  }

  private void tryAppend(AppendCommand command) {
    if (!(role instanceof ReplicaRole.Leader leader)) {
      refuse(command, ErrorCode.NOT_LEADER_OR_FOLLOWER, topicPartition() + " is not led here");
      return;
    }
    if (command.waitsForAll() && leader.isr().size() < rules.minInsyncReplicas()) {
      refuse(
          command,
          ErrorCode.NOT_ENOUGH_REPLICAS,
          "%s has %d in-sync replicas, min.insync.replicas is %d"
              .formatted(topicPartition(), leader.isr().size(), rules.minInsyncReplicas()));
      return;
    }
    // The reserve is there for everybody but clients: offsets are committed while producing is not.
    if (command.origin() == AppendOrigin.CLIENT && !gate.acceptsWrites()) {
      refuse(
          command, ErrorCode.KAFKA_STORAGE_ERROR, "the disk of " + topicPartition() + " is full");
      return;
    }
    ByteBuffer batches = command.batches();
    long nowMs = clock.wallMs();
    if (log.mustPrepare(batches, leader.leaderEpoch(), command.origin(), nowMs)) {
      lane.continueOn(storage, () -> prepareAndAppend(command, leader, nowMs));
      return;
    }
    finish(command, log.append(batches, leader.leaderEpoch(), command.origin(), nowMs));
  }

  private void prepareAndAppend(AppendCommand command, ReplicaRole.Leader leader, long nowMs) {
    try {
      finish(
          command,
          log.prepareAndAppend(command.batches(), leader.leaderEpoch(), command.origin(), nowMs));
    } catch (StorageException | CorruptLogException e) {
      refuse(command, ErrorCode.KAFKA_STORAGE_ERROR, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("An append to {} failed", topicPartition(), e);
      refuse(command, ErrorCode.UNKNOWN_SERVER_ERROR, "the broker failed; its log says more");
    }
  }

  private void finish(AppendCommand command, AppendOutcome outcome) {
    switch (outcome) {
      case AppendOutcome.Appended(var base, var last, var timeMs, var logStart) ->
          accept(command, new AppendReply.Accepted(base, last, timeMs, logStart));
      // It may not be on disk yet: it waits as its original does.
      case AppendOutcome.Duplicate(var base, var last, var timeMs, var logStart) ->
          accept(command, new AppendReply.Accepted(base, last, timeMs, logStart));
      case AppendOutcome.OutOfOrderSequence(var producerId, var sequence, var lastSequence) ->
          refuse(
              command,
              ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
              "%s: producer %d sent sequence %d, its last one is %d"
                  .formatted(topicPartition(), producerId, sequence, lastSequence));
      case AppendOutcome.InvalidProducerEpoch(var producerId, var epoch, var currentEpoch) ->
          refuse(
              command,
              ErrorCode.INVALID_PRODUCER_EPOCH,
              "%s: producer %d has epoch %d, a newer one has %d"
                  .formatted(topicPartition(), producerId, epoch, currentEpoch));
      case AppendOutcome.InvalidTransaction(var problem, var producerId) ->
          refuse(
              command,
              switch (problem) {
                case NOT_TRANSACTIONAL -> ErrorCode.INVALID_TXN_STATE;
                case COORDINATOR_FENCED -> ErrorCode.TRANSACTION_COORDINATOR_FENCED;
              },
              "%s: no such transaction of producer %d".formatted(topicPartition(), producerId));
      case AppendOutcome.LargerThanSegment(var size, var segmentSize) ->
          refuse(
              command,
              ErrorCode.RECORD_LIST_TOO_LARGE,
              "%s: %d bytes, a segment holds %d".formatted(topicPartition(), size, segmentSize));
      case AppendOutcome.UnexpectedOffset(var firstOffset, var logEndOffset) ->
          refuse(
              command,
              ErrorCode.UNKNOWN_SERVER_ERROR,
              "append to %s at offset=%d, logEndOffset=%d"
                  .formatted(topicPartition(), firstOffset, logEndOffset));
      case AppendOutcome.DiskFull(var reason) ->
          refuse(command, ErrorCode.KAFKA_STORAGE_ERROR, reason);
    }
  }

  private void accept(AppendCommand command, AppendReply.Accepted reply) {
    command.onTaken().run();
    if (command.waitsForAll()) {
      parkedProduces.park(reply, command.onReply());
    } else {
      command.onReply().accept(reply);
    }
    advance();
  }

  private static void refuse(AppendCommand command, ErrorCode error, String message) {
    command.onTaken().run();
    command.onReply().accept(new AppendReply.Refused(error, message));
  }

  private void refuseThoseThatWaitForTheDisk(ErrorCode error, String reason) {
    while (!waitingForTheDisk.isEmpty()) {
      refuse(waitingForTheDisk.removeFirst(), error, reason);
    }
  }

  // ---- The high watermark.

  private void afterFlush() {
    advance();
    // One at a time: the next may have to continue elsewhere, and asks for a sync of its own.
    AppendCommand next = waitingForTheDisk.pollFirst();
    if (next != null) {
      appendNow(next);
      if (!waitingForTheDisk.isEmpty()) {
        lane.submit(this::afterFlush);
      }
    }
  }

  private void advance() {
    if (!(role instanceof ReplicaRole.Leader leader)
        || leader.isr().size() < rules.minInsyncReplicas()) {
      return;
    }
    long onDisk = log.config().flush().acksAreFlushed() ? log.flushedOffset() : log.logEndOffset();
    if (onDisk > highWatermark) {
      highWatermark = onDisk;
      log.updateHighWatermark(onDisk);
      parkedProduces.release(onDisk);
      wakeFetches();
    } else {
      // A duplicate of what was committed long ago does not wait for anything.
      parkedProduces.release(highWatermark);
    }
  }

  // ---- Reading, by any thread.

  /**
   * Registers a fetch that wants to hear when there is more; it then looks once again by itself.
   */
  public void addWaiter(FetchWaiter waiter) {
    fetchWaiters.add(waiter);
  }

  public void removeWaiter(FetchWaiter waiter) {
    fetchWaiters.remove(waiter);
  }

  private void wakeFetches() {
    if (!fetchWaiters.isEmpty()) {
      fetchWaiters.forEach(FetchWaiter::wake);
    }
  }

  /** Whether a fetch from there may have to wait for the disk: it belongs on a reader thread. */
  public boolean isCold(long fetchOffset) {
    return log.isCold(fetchOffset);
  }

  /**
   * Reads committed records.
   *
   * @param maxBytes may be less than the position's own bound
   * @param minOneBatch whether a batch larger than that is given all the same
   */
  public FetchReply fetch(
      FetchPosition position, int maxBytes, boolean minOneBatch, boolean committedOnly) {
    ErrorCode error = leaderEpochError(position.currentLeaderEpoch());
    if (error != ErrorCode.NONE) {
      return new FetchReply.Refused(error);
    }
    long bound = highWatermark;
    long lastStable = Math.min(log.lastStableOffset(), bound);
    try {
      ReadOutcome outcome =
          log.read(
              position.fetchOffset(), maxBytes, committedOnly ? lastStable : bound, minOneBatch);
      return switch (outcome) {
        case ReadOutcome.Data data ->
            fetched(data.records(), position, bound, lastStable, committedOnly);
        case ReadOutcome.Empty() ->
            fetched(MemoryRecordBytes.EMPTY, position, bound, lastStable, false);
        case ReadOutcome.OutOfRange(var logStart, var _) ->
            new FetchReply.Refused(ErrorCode.OFFSET_OUT_OF_RANGE, bound, lastStable, logStart);
        case ReadOutcome.Damaged(var _) -> new FetchReply.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
      };
    } catch (StorageException e) {
      return new FetchReply.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
    }
  }

  private FetchReply fetched(
      RecordBytes records,
      FetchPosition position,
      long bound,
      long lastStable,
      boolean committedOnly) {
    return new FetchReply.Fetched(
        records,
        bound,
        lastStable,
        log.logStartOffset(),
        committedOnly ? log.abortedTransactions(position.fetchOffset(), lastStable) : List.of());
  }

  /** NONE if this broker leads in the epoch that the caller knows; −1 means it does not say. */
  public ErrorCode leaderEpochError(int callersEpoch) {
    if (!(role instanceof ReplicaRole.Leader leader)) {
      return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    if (callersEpoch < 0 || callersEpoch == leader.leaderEpoch()) {
      return ErrorCode.NONE;
    }
    return callersEpoch < leader.leaderEpoch()
        ? ErrorCode.FENCED_LEADER_EPOCH
        : ErrorCode.UNKNOWN_LEADER_EPOCH;
  }

  /** Where consumers begin. */
  public OffsetReply earliestOffset() {
    FoundOffset found = log.earliestOffset();
    return new OffsetReply.Found(-1, found.offset(), found.leaderEpoch());
  }

  /** Where consumers end. */
  public OffsetReply latestOffset(boolean committedOnly) {
    long bound = committedOnly ? Math.min(log.lastStableOffset(), highWatermark) : highWatermark;
    return new OffsetReply.Found(-1, bound, log.latestLeaderEpoch());
  }

  /** The first committed record at or after a time. Reads the disk: on a thread that may wait. */
  public OffsetReply offsetForTimestamp(long timestamp, boolean committedOnly) {
    return offset(log.firstOffsetWithTimestamp(timestamp), committedOnly);
  }

  /** The committed record with the largest time. Reads the disk: on a thread that may wait. */
  public OffsetReply offsetOfLargestTimestamp(boolean committedOnly) {
    return offset(log.offsetOfLargestTimestamp(), committedOnly);
  }

  private OffsetReply offset(@Nullable FoundOffset found, boolean committedOnly) {
    long bound = committedOnly ? Math.min(log.lastStableOffset(), highWatermark) : highWatermark;
    return found == null || found.offset() >= bound
        ? OffsetReply.Found.NOTHING
        : new OffsetReply.Found(found.timestamp(), found.offset(), found.leaderEpoch());
  }

  /** What is known of the producers; empty-handed if this broker does not lead. */
  public void describeProducers(Consumer<ProducersReply> onReply) {
    lane.submit(() ->
        onReply.accept(
            role instanceof ReplicaRole.Leader
                ? new ProducersReply(ErrorCode.NONE, log.activeProducers())
                : new ProducersReply(ErrorCode.NOT_LEADER_OR_FOLLOWER, List.of())));
  }

  /** The producers that a partition remembers, or why it does not say. */
  public record ProducersReply(ErrorCode error, List<ActiveProducer> producers) {}

  // ---- Deleting.

  /** Moves the log's start; −1 stands for the high watermark. The reply names the new start. */
  public void deleteRecords(long beforeOffset, Consumer<DeleteReply> onReply) {
    lane.submit(() -> lane.continueOn(storage, () -> deleteOnLane(beforeOffset, onReply)));
  }

  /** What became of a deletion. */
  public record DeleteReply(ErrorCode error, long logStartOffset) {}

  private void deleteOnLane(long beforeOffset, Consumer<DeleteReply> onReply) {
    if (!(role instanceof ReplicaRole.Leader)) {
      onReply.accept(new DeleteReply(ErrorCode.NOT_LEADER_OR_FOLLOWER, -1));
      return;
    }
    if (!log.config().retention().delete()) {
      onReply.accept(new DeleteReply(ErrorCode.POLICY_VIOLATION, -1));
      return;
    }
    long target = beforeOffset == -1 ? highWatermark : beforeOffset;
    if (target < 0 || target > highWatermark) {
      onReply.accept(new DeleteReply(ErrorCode.OFFSET_OUT_OF_RANGE, -1));
      return;
    }
    DeleteReply reply;
    try {
      log.deleteRecordsUpTo(target);
      reply = new DeleteReply(ErrorCode.NONE, log.logStartOffset());
    } catch (StorageException e) {
      reply = new DeleteReply(ErrorCode.KAFKA_STORAGE_ERROR, -1);
    }
    onReply.accept(reply);
    wakeFetches();
  }
}
