package org.stoker.replication;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.StorageException;
import org.stoker.log.AppendOrigin;
import org.stoker.log.AppendOutcome;
import org.stoker.log.CorruptLogException;
import org.stoker.log.LeaderEpochHistory;
import org.stoker.log.Log;
import org.stoker.log.NoRoomException;
import org.stoker.records.BatchWalk;
import org.stoker.records.RecordBatch;

/**
 * What a follower does to its log: appends what the leader sent, and cuts off what the leader does
 * not have. Everything is answered when it is on the disk, because the next fetch says how far this
 * replica's disk has got.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class FollowerCopy {
  private static final Logger LOG = LoggerFactory.getLogger(FollowerCopy.class);

  private final Log log;
  private final Lane lane;
  private final Executor storage;
  private final Clock clock;
  private final WriteGate gate;
  // Whether this broker follows in that leader epoch; asked in each task, for roles change between.
  private final IntPredicate followsIn;
  // At most one for each fetch that is under way, and so at most one.
  private final ArrayDeque<Unflushed> unflushed = new ArrayDeque<>();

  private boolean isFailing;

  private record Unflushed(long endOffset, Consumer<FollowerReply> onReply) {}

  FollowerCopy(Log log, Executor storage, Clock clock, WriteGate gate, IntPredicate followsIn) {
    this.log = log;
    this.lane = log.lane();
    this.storage = storage;
    this.clock = clock;
    this.gate = gate;
    this.followsIn = followsIn;
  }

  // ---- Appending.

  /** Appends batches that were checked; the bytes stay untouched by others until the reply. */
  void append(ByteBuffer batches, int leaderEpoch, Consumer<FollowerReply> onReply) {
    if (!followsIn.test(leaderEpoch)) {
      onReply.accept(new FollowerReply.Outdated());
      return;
    }
    AppendOutcome outcome;
    try {
      if (!mayGrow()) {
        outcome = new AppendOutcome.DiskFull("there is no more than log.dir.reserve.bytes");
      } else if (beginsInside(batches)) {
        lane.continueOn(storage, () -> beginInside(batches, leaderEpoch, onReply));
        return;
      } else if (batches.remaining() > log.config().segment().segmentSizeBytes()
          || log.mustPrepare(batches, leaderEpoch, AppendOrigin.REPLICATION, clock.wallMs())) {
        lane.continueOn(storage, () -> prepareAndAppend(batches, leaderEpoch, onReply));
        return;
      } else {
        outcome = log.append(batches, leaderEpoch, AppendOrigin.REPLICATION, clock.wallMs());
      }
    } catch (RuntimeException e) {
      onReply.accept(replyTo(e));
      return;
    }
    answer(outcome, onReply);
  }

  /** The reserve is there for the broker's own topics, here as where a client produces. */
  private boolean mayGrow() {
    return gate.acceptsWrites() || log.topicPartition().topic().startsWith("__");
  }

  /**
   * Whether this replica is empty, and its leader's log begins in the middle of a batch: records
   * were deleted, and batches are sent whole.
   */
  private boolean beginsInside(ByteBuffer batches) {
    long start = log.logStartOffset();
    if (start != log.logEndOffset()) {
      return false;
    }
    RecordBatch first = RecordBatch.at(batches, batches.position());
    return first.baseOffset() < start && first.nextOffset() > start;
  }

  private void beginInside(ByteBuffer batches, int leaderEpoch, Consumer<FollowerReply> onReply) {
    long baseOffset = RecordBatch.at(batches, batches.position()).baseOffset();
    FollowerReply failure = attempt(() -> log.truncateFullyAndStartAt(baseOffset, clock.wallMs()));
    if (failure == null) {
      // Where the leader's log begins, this one will when it has heard that it is committed.
      prepareAndAppend(batches, leaderEpoch, onReply);
    } else {
      onReply.accept(failure);
    }
  }

  private void prepareAndAppend(
      ByteBuffer batches, int leaderEpoch, Consumer<FollowerReply> onReply) {
    AppendOutcome outcome = null;
    try {
      ByteBuffer rest = batches.duplicate();
      while (rest.hasRemaining()
          && (outcome == null || outcome instanceof AppendOutcome.Appended)) {
        ByteBuffer piece = nextPiece(rest);
        outcome =
            log.prepareAndAppend(piece, leaderEpoch, AppendOrigin.REPLICATION, clock.wallMs());
      }
    } catch (RuntimeException e) {
      onReply.accept(replyTo(e));
      return;
    }
    if (outcome == null) {
      onReply.accept(onDisk());
    } else {
      answer(outcome, onReply);
    }
  }

  /** Whatever went wrong here, the fetcher hears of it, and goes on with its other partitions. */
  private FollowerReply replyTo(RuntimeException e) {
    String reason = String.valueOf(e.getMessage());
    if (e instanceof StorageException || e instanceof CorruptLogException) {
      return new FollowerReply.Broken(reason);
    }
    if (e instanceof NoRoomException) {
      return new FollowerReply.NoRoom(reason);
    }
    if (!isFailing) {
      isFailing = true;
      LOG.error("Copying {} failed and is tried again", log.topicPartition(), e);
    }
    return new FollowerReply.Failed(e.toString());
  }

  /**
   * As many batches as a segment holds, but one at least, which then gets a segment of its own:
   * what its leader has accepted a follower takes, whatever the topic's settings say today. Moves
   * the buffer behind them.
   */
  private ByteBuffer nextPiece(ByteBuffer rest) {
    int most = log.config().segment().segmentSizeBytes();
    var walk = new BatchWalk(rest);
    int sizeBytes = 0;
    while (walk.next()) {
      int withThis = sizeBytes + walk.batch().sizeInBytes();
      if (sizeBytes > 0 && withThis > most) {
        break;
      }
      sizeBytes = withThis;
    }
    ByteBuffer piece = rest.slice(rest.position(), sizeBytes);
    rest.position(rest.position() + sizeBytes);
    return piece;
  }

  private void answer(AppendOutcome outcome, Consumer<FollowerReply> onReply) {
    isFailing = false;
    switch (outcome) {
      case AppendOutcome.Appended appended -> answerWhenOnDisk(appended.lastOffset() + 1, onReply);
      case AppendOutcome.UnexpectedOffset(var firstOffset, var logEndOffset) ->
          onReply.accept(
              new FollowerReply.OutOfPlace(
                  logEndOffset,
                  log.latestLeaderEpoch(),
                  "%s ends at %d, and the leader sent %d"
                      .formatted(log.topicPartition(), logEndOffset, firstOffset)));
      case AppendOutcome.DiskFull(var reason) -> onReply.accept(new FollowerReply.NoRoom(reason));
      case AppendOutcome.LargerThanSegment _,
          AppendOutcome.Duplicate _,
          AppendOutcome.OutOfOrderSequence _,
          AppendOutcome.InvalidProducerEpoch _,
          AppendOutcome.TooManyProducers _,
          AppendOutcome.InvalidTransaction _ ->
          onReply.accept(
              replyTo(new IllegalStateException("a follower's append was judged: " + outcome)));
    }
  }

  private void answerWhenOnDisk(long endOffset, Consumer<FollowerReply> onReply) {
    boolean isOnDisk = !log.config().flush().acksAreFlushed() || log.flushedOffset() >= endOffset;
    if (isOnDisk) {
      onReply.accept(onDisk());
    } else {
      unflushed.add(new Unflushed(endOffset, onReply));
    }
  }

  /** More may be on the disk. */
  void afterFlush() {
    Unflushed first;
    while ((first = unflushed.peekFirst()) != null && log.flushedOffset() >= first.endOffset()) {
      unflushed.removeFirst();
      first.onReply().accept(onDisk());
    }
  }

  /** This broker's part has changed, or its disk is gone: nobody waits any more. */
  void giveUp() {
    Unflushed first;
    while ((first = unflushed.pollFirst()) != null) {
      first.onReply().accept(new FollowerReply.Outdated());
    }
  }

  /** Where this replica's disk ends, which is from where it asks. */
  FollowerReply.OnDisk onDisk() {
    long end = log.config().flush().acksAreFlushed() ? log.flushedOffset() : log.logEndOffset();
    return new FollowerReply.OnDisk(end, log.leaderEpochOf(end - 1));
  }

  // ---- Cutting.

  /**
   * Goes back to where the two logs part (KIP-595): the leader said that its largest epoch up to
   * ours is {@code epoch}, and that it ends at {@code endOffset}.
   */
  void cut(int leaderEpoch, int epoch, long endOffset, Consumer<FollowerReply> onReply) {
    onStorage(
        leaderEpoch,
        () -> {
          LeaderEpochHistory.EpochEndOffset ours = log.endOffsetForLeaderEpoch(epoch);
          long target =
              ours.endOffset() == LeaderEpochHistory.NO_OFFSET
                  // We know nothing as old as that: only the log's start is common.
                  ? log.logStartOffset()
                  : ours.epoch() == epoch
                      ? Math.min(endOffset, ours.endOffset())
                      // The leader has an epoch that we never saw; ask again from our older one.
                      : ours.endOffset();
          if (target < log.highWatermark()) {
            LOG.warn(
                "{} is cut to {}, below what was committed, {}: its leader was elected uncleanly",
                log.topicPartition(),
                target,
                log.highWatermark());
          }
          log.truncateTo(target, clock.wallMs());
        },
        onReply);
  }

  /** Drops everything and starts where the leader starts. */
  void startAgainAt(int leaderEpoch, long offset, Consumer<FollowerReply> onReply) {
    onStorage(leaderEpoch, () -> log.truncateFullyAndStartAt(offset, clock.wallMs()), onReply);
  }

  /** The leader's log begins later now; what it has dropped this replica drops as well. */
  void dropBelow(int leaderEpoch, long leaderLogStart) {
    if (leaderLogStart > log.logStartOffset() && leaderLogStart <= log.highWatermark()) {
      onStorage(leaderEpoch, () -> log.deleteRecordsUpTo(leaderLogStart), _ -> {});
    }
  }

  private void onStorage(int leaderEpoch, Runnable work, Consumer<FollowerReply> onReply) {
    if (!followsIn.test(leaderEpoch)) {
      onReply.accept(new FollowerReply.Outdated());
      return;
    }
    lane.continueOn(
        storage,
        () -> {
          FollowerReply reply = attempt(work);
          onReply.accept(reply == null ? onDisk() : reply);
        });
  }

  private @Nullable FollowerReply attempt(Runnable work) {
    try {
      work.run();
      return null;
    } catch (RuntimeException e) {
      return replyTo(e);
    }
  }
}
