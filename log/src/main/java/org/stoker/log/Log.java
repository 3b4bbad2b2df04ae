package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.DiskFullException;
import org.stoker.base.Lane;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.records.BatchWalk;
import org.stoker.records.RecordBatch;
import org.stoker.records.TimestampType;

/**
 * One partition's records on disk.
 *
 * <p>It is written on the partition's lane; any thread reads from the view that the lane published
 * last. Appending and reading what was written lately only touch the page cache and may run on an
 * event loop; the methods that say so must run on a storage thread, as the lane's task ({@link
 * Lane#continueOn}).
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
public final class Log {

  private final LogState state;
  private final ProducerCheck producerCheck;
  private final LogTrimmer trimmer;
  private final LogReader reader = new LogReader(this);
  private final AppendFacts facts = new AppendFacts();
  private final @Nullable Uuid topicId;

  Log(LogState state, @Nullable Uuid topicId) {
    this.state = state;
    this.topicId = topicId;
    this.producerCheck = new ProducerCheck(state.producers);
    this.trimmer = new LogTrimmer(this, state);
  }

  // ---- Facts, for any thread.

  public TopicPartition topicPartition() {
    return state.topicPartition;
  }

  /** Null in a directory from before topics had ids. */
  public @Nullable Uuid topicId() {
    return topicId;
  }

  public Lane lane() {
    return state.lane;
  }

  public LogConfig config() {
    return state.config;
  }

  /** Takes effect with the next append, roll or chore. */
  public void reconfigure(LogConfig newConfig) {
    state.config = newConfig;
    state.flushProgress.reconfigured(this);
  }

  public Path directory() {
    return state.directory;
  }

  public long logStartOffset() {
    return state.view.logStartOffset();
  }

  public long logEndOffset() {
    return state.view.logEndOffset();
  }

  /** What {@link #updateHighWatermark} was told last. */
  public long highWatermark() {
    return state.view.highWatermark();
  }

  /** Below it all transactions are decided, and replicated as the high watermark says. */
  public long lastStableOffset() {
    return state.view.lastStableOffset();
  }

  /** Every record below survives a power failure. */
  public long flushedOffset() {
    return Math.min(state.flushProgress.flushedOffset(), state.view.logEndOffset());
  }

  /**
   * From where on recovery would have to look at this log: everything below is on the disk, and so
   * is what is known of it.
   */
  long recoveryPoint() {
    // In this order: an epoch is noted before its first batch is flushed.
    long flushedOffset = flushedOffset();
    return Math.min(flushedOffset, state.leaderEpochs.unwrittenFrom());
  }

  public long sizeBytes() {
    return state.view.sizeBytes();
  }

  public int segmentCount() {
    return state.view.segments().size();
  }

  public boolean isClosed() {
    return state.isClosed;
  }

  LeaderEpochHistory epochHistory() {
    return state.leaderEpochs.history();
  }

  /** Has the log read in full soon: a reader met bytes that make no batch. */
  void suspectDamage() {
    state.setting.suspicion().suspect(this);
  }

  /** Who hears of flushed offsets; the one before hears no more. */
  public void setFlushListener(FlushListener listener) {
    state.flushProgress.setListener(listener);
  }

  // ---- Reading, by any thread.

  /**
   * Whole batches from {@code startOffset} on, as far as they lie below {@code maxOffset} and
   * within one segment.
   *
   * @param minOneBatch the first batch is given even if it is larger than {@code maxBytes}
   */
  public ReadOutcome read(long startOffset, int maxBytes, long maxOffset, boolean minOneBatch) {
    return reader.read(new LogReader.Range(startOffset, maxBytes, maxOffset, minOneBatch, false));
  }

  /** The same, with the aborted transactions that a reader of committed records must skip. */
  public ReadOutcome readCommitted(
      long startOffset, int maxBytes, long lastStableOffset, boolean minOneBatch) {
    return reader.read(
        new LogReader.Range(startOffset, maxBytes, lastStableOffset, minOneBatch, true));
  }

  /**
   * Whether a read from there may have to open a file or wait for the disk: it then belongs on a
   * reader thread, not on an event loop.
   *
   * @param committedOnly whether {@link #readCommitted} follows
   */
  public boolean isCold(long startOffset, boolean committedOnly) {
    return reader.isCold(startOffset, committedOnly);
  }

  /** The aborted transactions that a reader of [startOffset, endOffset) must skip. */
  public List<AbortedTransaction> abortedTransactions(long startOffset, long endOffset) {
    return reader.abortedTransactions(startOffset, endOffset);
  }

  /**
   * The first record at or after this time; null if there is none. Reads the disk: on a reader
   * thread.
   */
  public @Nullable FoundOffset firstOffsetWithTimestamp(long timestamp) {
    return reader.firstWithTimestamp(timestamp);
  }

  /**
   * The first record with the largest timestamp among those from the log's start to below the
   * offset; on a reader thread.
   */
  public @Nullable FoundOffset offsetOfLargestTimestampBelow(long endOffset) {
    return reader.withLargestTimestamp(endOffset);
  }

  /** The log start offset and its epoch: what EARLIEST and EARLIEST_LOCAL ask for. */
  public FoundOffset earliestOffset() {
    long start = state.view.logStartOffset();
    return new FoundOffset(
        FoundOffset.NO_TIMESTAMP, start, state.leaderEpochs.history().epochForOffset(start));
  }

  /** The log end offset and the newest epoch: LATEST before the high watermark is applied. */
  public FoundOffset latestOffset() {
    return new FoundOffset(
        FoundOffset.NO_TIMESTAMP, state.view.logEndOffset(), state.leaderEpochs.latestEpoch());
  }

  /** The newest leader epoch that the log knows; −1 if none. */
  public int latestLeaderEpoch() {
    return state.leaderEpochs.latestEpoch();
  }

  /** The epoch that wrote the record at this offset; −1 if it is not known. */
  public int leaderEpochOf(long offset) {
    return state.leaderEpochs.history().epochForOffset(offset);
  }

  /**
   * The largest epoch not above this one and where it ends in this log: a replica that was in it
   * truncates to there (KIP-101, KIP-279).
   */
  public LeaderEpochHistory.EpochEndOffset endOffsetForLeaderEpoch(int leaderEpoch) {
    return state.leaderEpochs.history().endOffsetFor(leaderEpoch, state.view.logEndOffset());
  }

  // ---- Appending, on the lane.

  /**
   * Whether these batches need a file opened or rolled first. Then {@link #prepareAndAppend} runs
   * on a storage thread, instead of {@link #append}.
   */
  public boolean mustPrepare(ByteBuffer batches, int leaderEpoch, AppendOrigin origin, long nowMs) {
    state.assertUsable();
    readFacts(batches, leaderEpoch, origin, nowMs);
    try {
      return !state.active.isPrepared() || mustRoll(nowMs);
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "reading an index", e);
    }
  }

  private boolean mustRoll(long nowMs) throws IOException {
    return state.active.mustRoll(
        state.config.segment(),
        facts.sizeBytes(),
        facts.lastOffset(),
        facts.maxTimestamp(),
        state.rollJitterMs,
        nowMs);
  }

  private void readFacts(ByteBuffer batches, int leaderEpoch, AppendOrigin origin, long nowMs) {
    facts.read(batches, leaderEpoch, origin, state.logEndOffset, logAppendTimeMs(origin, nowMs));
  }

  private long logAppendTimeMs(AppendOrigin origin, long nowMs) {
    boolean isStamped = origin == AppendOrigin.CLIENT && state.config.message().isLogAppendTime();
    return isStamped ? nowMs : RecordBatch.NO_TIMESTAMP;
  }

  /** Opens and rolls what {@link #append} needs, then appends. On a storage thread. */
  public AppendOutcome prepareAndAppend(
      ByteBuffer batches, int leaderEpoch, AppendOrigin origin, long nowMs) {
    state.assertUsable();
    readFacts(batches, leaderEpoch, origin, nowMs);
    if (fitsSegment(origin) && facts.isInOrder()) {
      try {
        prepare(nowMs);
      } catch (DiskFullException e) {
        return new AppendOutcome.DiskFull(String.valueOf(e.getMessage()));
      } catch (IOException e) {
        throw state.setting.health().fail(state.directory, "preparing an append", e);
      }
    }
    return append(batches, leaderEpoch, origin, nowMs);
  }

  /** The leader judged by the settings of its time: a larger batch gets a segment of its own. */
  private boolean fitsSegment(AppendOrigin origin) {
    return origin == AppendOrigin.REPLICATION
        || facts.sizeBytes() <= state.config.segment().segmentSizeBytes();
  }

  private void prepare(long nowMs) throws IOException {
    state.active.prepareAppend();
    if (mustRoll(nowMs)) {
      state.rollAt(Math.max(state.logEndOffset, facts.firstOffset()), nowMs);
    }
  }

  /**
   * Assigns offsets, epoch and time in place, and writes to the page cache. The batches were
   * checked before, and {@link #mustPrepare} said no in the same task of the lane.
   */
  public AppendOutcome append(
      ByteBuffer batches, int leaderEpoch, AppendOrigin origin, long nowMs) {
    state.assertUsable();
    readFacts(batches, leaderEpoch, origin, nowMs);
    AppendOutcome refusal = refusal(batches, origin, nowMs);
    if (refusal != null) {
      return refusal;
    }
    long logAppendTimeMs = logAppendTimeMs(origin, nowMs);
    if (origin != AppendOrigin.REPLICATION) {
      assign(batches, leaderEpoch, logAppendTimeMs);
    }
    try {
      state.active.append(batches);
    } catch (DiskFullException e) {
      return new AppendOutcome.DiskFull(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "appending", e);
    }
    AppendOutcome failure = noteAppended(batches, nowMs);
    if (failure != null) {
      return failure;
    }
    return new AppendOutcome.Appended(
        facts.firstOffset(), facts.lastOffset(), logAppendTimeMs, state.logStartOffset);
  }

  /** Null if nothing speaks against the append. */
  private @Nullable AppendOutcome refusal(ByteBuffer batches, AppendOrigin origin, long nowMs) {
    if (!fitsSegment(origin)) {
      return new AppendOutcome.LargerThanSegment(
          facts.sizeBytes(), state.config.segment().segmentSizeBytes());
    }
    if (origin == AppendOrigin.REPLICATION) {
      return facts.isInOrder()
          ? null
          : new AppendOutcome.UnexpectedOffset(facts.firstOffset(), state.logEndOffset);
    }
    var walk = new BatchWalk(batches);
    while (walk.next()) {
      AppendOutcome refusal =
          producerCheck.refusal(
              walk.batch(),
              origin,
              state.config.message().isLogAppendTime(),
              state.logStartOffset,
              nowMs);
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /** Null if all went well; the log is as before otherwise. */
  private @Nullable AppendOutcome noteAppended(ByteBuffer batches, long nowMs) {
    var walk = new BatchWalk(batches);
    try {
      while (walk.next()) {
        state.replay.index(state.replay.note(walk.batch(), nowMs), state.active);
      }
    } catch (IOException e) {
      return undoAppended(e, nowMs);
    }
    noteEpochs(batches);
    state.warmWindow.appended(facts.firstOffset(), state.appendedBytes);
    state.appendedBytes += facts.sizeBytes();
    state.logEndOffset = facts.lastOffset() + 1;
    state.producers.updateMapEndOffset(state.logEndOffset);
    state.publish();
    preallocate();
    state.flushProgress.appended(this, facts.sizeBytes(), mustFlush());
    state.setting.space().appended(facts.sizeBytes());
    return null;
  }

  private void noteEpochs(ByteBuffer batches) {
    if (facts.leaderEpoch() != state.leaderEpochs.latestEpoch()) {
      var walk = new BatchWalk(batches);
      while (walk.next()) {
        state.leaderEpochs.note(walk.batch().partitionLeaderEpoch(), walk.batch().baseOffset());
      }
    }
  }

  private void preallocate() {
    if (state.config.flush().acksAreFlushed()) {
      try {
        state.preallocation.appended(
            state.active, state.flushProgress.flushCount(), state.appendedBytes);
      } catch (IOException e) {
        throw state.setting.health().fail(state.directory, "preallocating", e);
      }
    }
  }

  private boolean mustFlush() {
    return state.config.flush().acksAreFlushed()
        || state.logEndOffset - state.flushProgress.flushedOffset()
            >= state.config.flush().flushMessages();
  }

  /** The batches are written and an aborted transaction is not indexed: neither may stay. */
  private AppendOutcome undoAppended(IOException cause, long nowMs) {
    try {
      state.active.truncateTo(state.logEndOffset);
      state.producers.updateMapEndOffset(facts.lastOffset() + 1);
      state.replay.reload(state.segments, state.logStartOffset, state.logEndOffset, nowMs);
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "undoing an append", e);
    }
    if (cause instanceof DiskFullException) {
      return new AppendOutcome.DiskFull(String.valueOf(cause.getMessage()));
    }
    throw state.setting.health().fail(state.directory, "writing a transaction index", cause);
  }

  private void assign(ByteBuffer batches, int leaderEpoch, long logAppendTimeMs) {
    long offset = state.logEndOffset;
    var walk = new BatchWalk(batches);
    while (walk.next()) {
      RecordBatch batch = walk.batch();
      batch.setBaseOffset(offset);
      batch.setPartitionLeaderEpoch(leaderEpoch);
      if (logAppendTimeMs >= 0) {
        batch.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, logAppendTimeMs);
      }
      offset = batch.nextOffset();
    }
  }

  // ---- What the partition decides, on the lane.

  /**
   * From here on this epoch's records come, if any: a follower that has records of an epoch between
   * this one and the one before learns where to cut, even before the first.
   */
  public void beginLeaderEpoch(int leaderEpoch) {
    state.lane.assertCurrent();
    if (leaderEpoch > state.leaderEpochs.latestEpoch()) {
      state.leaderEpochs.assign(leaderEpoch, state.logEndOffset);
      state.publish();
    }
  }

  /** Which offset consumers may read up to; retention deletes nothing above it. */
  public void updateHighWatermark(long offset) {
    state.lane.assertCurrent();
    state.highWatermark = Math.min(offset, state.logEndOffset);
    state.producers.highWatermarkAdvanced(state.highWatermark);
    state.publish();
  }

  /** How many producers the log knows; on the lane. */
  public int activeProducerCount() {
    state.lane.assertCurrent();
    return state.producers.count();
  }

  /** The producers that the log knows; on the lane. */
  public List<ActiveProducer> activeProducers() {
    state.lane.assertCurrent();
    return state.producers.active().stream().map(ActiveProducer::of).toList();
  }

  /** Forgets producers that were silent for too long. */
  void removeExpiredProducers(long nowMs, long expirationMs) {
    state.lane.assertCurrent();
    state.producers.setExpirationMs(expirationMs);
    state.producers.removeExpired(nowMs);
  }

  /** Forgets those that are idle for longer than the memory that is left allows. */
  void forgetIdleProducers(long nowMs) {
    state.lane.assertCurrent();
    state.producers.forgetIdle(nowMs);
  }

  // ---- Taking records out, on the lane and on a storage thread.

  /**
   * Drops the records below the offset: readers see them no more, their files go with the next
   * retention chore.
   *
   * @return whether that changed anything
   */
  public boolean deleteRecordsUpTo(long offset) {
    return trimmer.deleteRecordsUpTo(offset);
  }

  /**
   * Removes the records from the offset on, durably: when this returns they do not come back.
   *
   * @return whether there were any
   */
  public boolean truncateTo(long offset, long nowMs) {
    return trimmer.truncateTo(offset, nowMs);
  }

  /** Removes all records; the next one gets this offset. */
  public void truncateFullyAndStartAt(long offset, long nowMs) {
    trimmer.truncateFullyAndStartAt(offset, nowMs);
  }

  /**
   * Writes another replica's intact batches over damaged ones, durably.
   *
   * @return false if the log has changed there since the damage was found
   */
  public boolean repair(DamagedBatches damage, ByteBuffer batches) {
    return LogRepair.repair(state, damage, batches);
  }

  LogTrimmer trimmer() {
    return trimmer;
  }

  // ---- Indexes.

  /** Any thread: what an index of the segment says is not so. */
  void askForRebuild(Segment segment) {
    state.setting.segmentChores().rebuildIndexes(this, segment);
  }

  /** On the lane and on a storage thread. */
  void rebuildIndexes(Segment segment) {
    state.lane.assertCurrent();
    if (state.segments.contains(segment)) {
      try {
        segment.rebuildIndexes();
      } catch (IOException e) {
        throw state.setting.health().fail(state.directory, "building indexes again", e);
      }
    }
  }

  // ---- Flushing.

  /** Asks the flusher to make durable what was appended so far; any thread. */
  public void requestFlush() {
    state.setting.flusher().request(this);
  }

  /**
   * Ends all use of the log; everything it holds was flushed before. On the lane and on a storage
   * thread.
   *
   * @param isSynced false if the whole file system is synced later
   * @return a file to publish after that; null if there is none
   */
  @Nullable AtomicFile close(boolean isSynced) throws IOException {
    state.lane.assertCurrent();
    if (state.isClosed) {
      return null;
    }
    state.isClosed = true;
    state.flushProgress.giveUp(state.view);
    state.producers.close();
    // First: what was preallocated makes room for the others.
    for (Segment segment : state.segments) {
      segment.close(isSynced);
    }
    state.leaderEpochs.write();
    state.producers.updateMapEndOffset(state.logEndOffset);
    if (state.producers.isEmpty() && state.producers.snapshots().latestOffset() < 0) {
      return null;
    }
    if (!isSynced) {
      return state.prepareProducerSnapshot();
    }
    state.writeProducerSnapshot();
    return null;
  }

  /** Whether the file of the leader epochs is behind. */
  boolean hasUnwrittenEpochs() {
    return state.leaderEpochs.isUnwritten();
  }

  /** Brings the file of the leader epochs up to date. On the lane and on a storage thread. */
  void writeLeaderEpochs() {
    try {
      state.leaderEpochs.write();
    } catch (DiskFullException _) {
      // The next checkpoint tries again; until then recovery points wait.
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "writing leader epochs", e);
    }
  }

  /** Ends all use of the log that a person may want back. On the lane and on a storage thread. */
  void closeToSetAside() throws IOException {
    state.lane.assertCurrent();
    if (!state.isClosed && state.active.trim()) {
      state.active.syncLog();
    }
    closeToDelete();
  }

  /** Ends all use of the log of which nothing is kept. On the lane and on a storage thread. */
  void closeToDelete() {
    state.lane.assertCurrent();
    if (!state.isClosed) {
      state.isClosed = true;
      state.flushProgress.giveUp(state.view);
      state.producers.close();
      state.segments.forEach(Segment::retire);
    }
  }

  FlushProgress flushProgress() {
    return state.flushProgress;
  }

  /** The directory has another name now; whoever reads goes on. */
  void movedTo(Path newDirectory) {
    state.lane.assertCurrent();
    state.directory = newDirectory;
    state.leaderEpochs.movedTo(newDirectory);
    state.producers.snapshots().movedTo(newDirectory);
    state.segments.forEach(segment -> segment.movedTo(newDirectory));
  }

  DirectoryHealth health() {
    return state.setting.health();
  }

  LogView view() {
    return state.view;
  }

  Path parentDirectory() {
    return state.parentDirectory();
  }
}
