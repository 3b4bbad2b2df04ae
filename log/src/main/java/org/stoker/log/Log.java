package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
  private static final Logger LOG = LoggerFactory.getLogger(Log.class);
  private static final long WARM_BYTES = 32L << 20;

  private final TopicPartition topicPartition;
  private final Lane lane;
  private final LogSetting setting;
  private final ProducerStates producers;
  private final LeaderEpochs leaderEpochs;
  private final ProducerCheck producerCheck;
  private final ProducerReplay replay;
  private final LogReader reader = new LogReader(this);
  private final AppendFacts facts = new AppendFacts();
  private final WarmWindow warmWindow;

  // For everybody.
  private volatile Path directory;
  private volatile @Nullable Uuid topicId;
  private volatile LogConfig config;
  private volatile LogView view;
  private volatile boolean isClosed;
  private final FlushProgress flushProgress;

  // On the lane.
  private List<Segment> segments;
  private Segment active;
  private long logStartOffset;
  private long logEndOffset;
  private long highWatermark;
  private long appendedBytes;
  private long truncationCount;
  private long entryChanges = 1;
  private long rollJitterMs;
  private boolean isEndSeen;

  Log(
      TopicPartition topicPartition,
      Path directory,
      Lane lane,
      LogConfig config,
      LogSetting setting,
      LogContents contents) {
    this.topicPartition = topicPartition;
    this.directory = directory;
    this.lane = lane;
    this.config = config;
    this.setting = setting;
    this.topicId = contents.topicId();
    this.producers = contents.producers();
    this.producerCheck = new ProducerCheck(producers);
    this.replay = new ProducerReplay(producers);
    this.leaderEpochs = contents.leaderEpochs();
    this.segments = List.copyOf(contents.segments());
    this.active = segments.getLast();
    this.logStartOffset = contents.logStartOffset();
    this.logEndOffset = contents.logEndOffset();
    this.highWatermark = logStartOffset;
    this.warmWindow = new WarmWindow(WARM_BYTES, logEndOffset);
    this.rollJitterMs = drawJitterMs();
    this.flushProgress =
        new FlushProgress(
            setting.flusher(),
            setting.health(),
            new FlushState(0, logEndOffset, 0, contents.syncedEntryChanges()));
    this.view = currentView();
  }

  // ---- Facts, for any thread.

  public TopicPartition topicPartition() {
    return topicPartition;
  }

  /** Null in a directory from before topics had ids. */
  public @Nullable Uuid topicId() {
    return topicId;
  }

  public Lane lane() {
    return lane;
  }

  public LogConfig config() {
    return config;
  }

  /** Takes effect with the next append, roll or chore. */
  public void reconfigure(LogConfig newConfig) {
    config = newConfig;
  }

  public Path directory() {
    return directory;
  }

  public long logStartOffset() {
    return view.logStartOffset();
  }

  public long logEndOffset() {
    return view.logEndOffset();
  }

  /** What {@link #updateHighWatermark} was told last. */
  public long highWatermark() {
    return view.highWatermark();
  }

  /** Below it all transactions are decided, and replicated as the high watermark says. */
  public long lastStableOffset() {
    return view.lastStableOffset();
  }

  /** Every record below survives a power failure. */
  public long flushedOffset() {
    return Math.min(flushProgress.flushedOffset(), view.logEndOffset());
  }

  public long sizeBytes() {
    return view.sizeBytes();
  }

  public int segmentCount() {
    return view.segments().size();
  }

  public boolean isClosed() {
    return isClosed;
  }

  /** Who hears of flushed offsets; the one before hears no more. */
  public void setFlushListener(FlushListener listener) {
    flushProgress.setListener(listener);
  }

  // ---- Reading, by any thread.

  /**
   * Whole batches from {@code startOffset} on, as far as they lie below {@code maxOffset} and
   * within one segment.
   *
   * @param minOneBatch the first batch is given even if it is larger than {@code maxBytes}
   */
  public ReadOutcome read(long startOffset, int maxBytes, long maxOffset, boolean minOneBatch) {
    return reader.read(startOffset, maxBytes, maxOffset, minOneBatch);
  }

  /**
   * Whether a read from there may have to open a file or wait for the disk: it then belongs on a
   * reader thread, not on an event loop.
   */
  public boolean isCold(long startOffset) {
    return reader.isCold(startOffset);
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

  /** The first record with the largest timestamp of the log; on a reader thread. */
  public @Nullable FoundOffset offsetOfLargestTimestamp() {
    return reader.withLargestTimestamp();
  }

  /** The log start offset and its epoch: what EARLIEST and EARLIEST_LOCAL ask for. */
  public FoundOffset earliestOffset() {
    long start = view.logStartOffset();
    return new FoundOffset(
        FoundOffset.NO_TIMESTAMP, start, leaderEpochs.history().epochForOffset(start));
  }

  /** The log end offset and the newest epoch: LATEST before the high watermark is applied. */
  public FoundOffset latestOffset() {
    return new FoundOffset(
        FoundOffset.NO_TIMESTAMP, view.logEndOffset(), leaderEpochs.latestEpoch());
  }

  /** The newest leader epoch that the log knows; −1 if none. */
  public int latestLeaderEpoch() {
    return leaderEpochs.latestEpoch();
  }

  /** The epoch that wrote the record at this offset; −1 if it is not known. */
  public int leaderEpochOf(long offset) {
    return leaderEpochs.history().epochForOffset(offset);
  }

  /**
   * The largest epoch not above this one and where it ends in this log: a replica that was in it
   * truncates to there (KIP-101, KIP-279).
   */
  public LeaderEpochHistory.EpochEndOffset endOffsetForLeaderEpoch(int leaderEpoch) {
    return leaderEpochs.history().endOffsetFor(leaderEpoch, view.logEndOffset());
  }

  // ---- Appending, on the lane.

  /**
   * Whether these batches need a file opened, rolled or an epoch noted first. Then {@link
   * #prepareAndAppend} runs on a storage thread, instead of {@link #append}.
   */
  public boolean mustPrepare(ByteBuffer batches, int leaderEpoch, AppendOrigin origin, long nowMs) {
    assertUsable();
    readFacts(batches, leaderEpoch, origin, nowMs);
    try {
      return !active.isPrepared()
          || facts.leaderEpoch() > leaderEpochs.latestEpoch()
          || mustRoll(nowMs);
    } catch (IOException e) {
      throw setting.health().fail(directory, "reading an index", e);
    }
  }

  private boolean mustRoll(long nowMs) throws IOException {
    return active.mustRoll(
        facts.sizeBytes(), facts.lastOffset(), facts.maxTimestamp(), rollJitterMs, nowMs);
  }

  private void readFacts(ByteBuffer batches, int leaderEpoch, AppendOrigin origin, long nowMs) {
    facts.read(batches, leaderEpoch, origin, logEndOffset, logAppendTimeMs(origin, nowMs));
  }

  private long logAppendTimeMs(AppendOrigin origin, long nowMs) {
    boolean isStamped = origin == AppendOrigin.CLIENT && config.message().isLogAppendTime();
    return isStamped ? nowMs : RecordBatch.NO_TIMESTAMP;
  }

  /** Opens and rolls what {@link #append} needs, then appends. On a storage thread. */
  public AppendOutcome prepareAndAppend(
      ByteBuffer batches, int leaderEpoch, AppendOrigin origin, long nowMs) {
    assertUsable();
    readFacts(batches, leaderEpoch, origin, nowMs);
    if (facts.sizeBytes() <= config.segment().segmentSizeBytes() && facts.isInOrder()) {
      try {
        prepare(nowMs);
      } catch (DiskFullException e) {
        return new AppendOutcome.DiskFull(String.valueOf(e.getMessage()));
      } catch (IOException e) {
        throw setting.health().fail(directory, "preparing an append", e);
      }
    }
    return append(batches, leaderEpoch, origin, nowMs);
  }

  private void prepare(long nowMs) throws IOException {
    requireEndIsTheEnd();
    active.prepareAppend();
    if (facts.leaderEpoch() > leaderEpochs.latestEpoch()) {
      leaderEpochs.assign(facts.leaderEpoch(), facts.firstOffset());
    }
    if (mustRoll(nowMs)) {
      rollAt(Math.max(logEndOffset, facts.firstOffset()), nowMs);
    }
  }

  /** A clean stop's checkpoint was believed without a look; before the first write there is one. */
  private void requireEndIsTheEnd() throws IOException {
    if (!isEndSeen) {
      long endOffset = active.readEndOffset();
      if (endOffset > logEndOffset) {
        throw new CorruptLogException(
            "%s ends at offset %d, and its checkpoint says %d: nothing is appended"
                .formatted(active.path(), endOffset, logEndOffset));
      }
      isEndSeen = true;
    }
  }

  /**
   * Assigns offsets, epoch and time in place, and writes to the page cache. The batches were
   * checked before, and {@link #mustPrepare} said no in the same task of the lane.
   */
  public AppendOutcome append(
      ByteBuffer batches, int leaderEpoch, AppendOrigin origin, long nowMs) {
    assertUsable();
    readFacts(batches, leaderEpoch, origin, nowMs);
    AppendOutcome refusal = refusal(batches, origin);
    if (refusal != null) {
      return refusal;
    }
    long logAppendTimeMs = logAppendTimeMs(origin, nowMs);
    if (origin != AppendOrigin.REPLICATION) {
      assign(batches, leaderEpoch, logAppendTimeMs);
    }
    try {
      active.append(batches);
    } catch (DiskFullException e) {
      return new AppendOutcome.DiskFull(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw setting.health().fail(directory, "appending", e);
    }
    AppendOutcome failure = noteAppended(batches);
    if (failure != null) {
      return failure;
    }
    return new AppendOutcome.Appended(
        facts.firstOffset(), facts.lastOffset(), logAppendTimeMs, logStartOffset);
  }

  /** Null if nothing speaks against the append. */
  private @Nullable AppendOutcome refusal(ByteBuffer batches, AppendOrigin origin) {
    int segmentSizeBytes = config.segment().segmentSizeBytes();
    if (facts.sizeBytes() > segmentSizeBytes) {
      return new AppendOutcome.LargerThanSegment(facts.sizeBytes(), segmentSizeBytes);
    }
    if (origin == AppendOrigin.REPLICATION) {
      return facts.isInOrder()
          ? null
          : new AppendOutcome.UnexpectedOffset(facts.firstOffset(), logEndOffset);
    }
    var walk = new BatchWalk(batches);
    while (walk.next()) {
      AppendOutcome refusal =
          producerCheck.refusal(
              walk.batch(), origin, config.message().isLogAppendTime(), logStartOffset);
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /** Null if all went well; the log is as before otherwise. */
  private @Nullable AppendOutcome noteAppended(ByteBuffer batches) {
    var walk = new BatchWalk(batches);
    try {
      while (walk.next()) {
        replay.index(replay.note(walk.batch()), active);
      }
    } catch (IOException e) {
      return undoAppended(e);
    }
    warmWindow.appended(facts.firstOffset(), appendedBytes);
    appendedBytes += facts.sizeBytes();
    logEndOffset = facts.lastOffset() + 1;
    producers.updateMapEndOffset(logEndOffset);
    publish();
    flushProgress.appended(this, facts.sizeBytes(), mustFlush());
    setting.space().appended(facts.sizeBytes());
    return null;
  }

  private boolean mustFlush() {
    return config.flush().acksAreFlushed()
        || logEndOffset - flushProgress.flushedOffset() >= config.flush().flushMessages();
  }

  /** The batches are written and an aborted transaction is not indexed: neither may stay. */
  private AppendOutcome undoAppended(IOException cause) {
    try {
      active.truncateTo(logEndOffset);
      producers.updateMapEndOffset(facts.lastOffset() + 1);
      replay.reload(segments, logStartOffset, logEndOffset, 0);
    } catch (IOException e) {
      throw setting.health().fail(directory, "undoing an append", e);
    }
    if (cause instanceof DiskFullException) {
      return new AppendOutcome.DiskFull(String.valueOf(cause.getMessage()));
    }
    throw setting.health().fail(directory, "writing a transaction index", cause);
  }

  private void assign(ByteBuffer batches, int leaderEpoch, long logAppendTimeMs) {
    long offset = logEndOffset;
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

  /** What is appended from now on is written in this epoch. On a storage thread. */
  public void assignLeaderEpoch(int leaderEpoch) {
    assertUsable();
    try {
      leaderEpochs.assign(leaderEpoch, logEndOffset);
    } catch (IOException e) {
      throw setting.health().fail(directory, "noting a leader epoch", e);
    }
  }

  private void rollAt(long baseOffset, long nowMs) throws IOException {
    if (active.baseOffset() == baseOffset) {
      // Empty: what does not fit into an empty segment fits into no other.
      return;
    }
    // Any of these may find the disk full; only the last two lines change the log.
    producers.updateMapEndOffset(baseOffset);
    writeProducerSnapshot();
    active.seal();
    if (config.flush().acksAreFlushed()) {
      // A crash that left the new file and took the old one's end would look like compaction.
      active.syncLog();
    }
    Segment created =
        Segment.create(setting.disk(), directory, baseOffset, config.segment(), nowMs);
    created.prepareAppend();
    var longer = new ArrayList<Segment>(segments);
    longer.add(created);
    replaceSegments(longer);
    publish();
  }

  private void writeProducerSnapshot() throws IOException {
    ProducerStates.PendingSnapshot pending = producers.takeSnapshot();
    if (pending != null) {
      producers.snapshots().write(pending.offset(), pending.bytes());
    }
  }

  private void replaceSegments(List<Segment> changed) {
    segments = List.copyOf(changed);
    active = segments.getLast();
    entryChanges++;
    rollJitterMs = drawJitterMs();
  }

  private long drawJitterMs() {
    long most = Math.min(config.segment().rollJitterMs(), config.segment().rollAfterMs());
    return most == 0 ? 0 : Math.floorMod(setting.seed().nextLong(), most);
  }

  private void publish() {
    view = currentView();
  }

  private LogView currentView() {
    long firstUnstableOffset = producers.firstUnstableOffset();
    return new LogView(
        segments,
        active.sizeBytes(),
        logStartOffset,
        logEndOffset,
        highWatermark,
        firstUnstableOffset < 0 ? Long.MAX_VALUE : firstUnstableOffset,
        warmWindow.warmOffset(),
        appendedBytes,
        truncationCount,
        entryChanges);
  }

  // ---- What the partition decides, on the lane.

  /** Which offset consumers may read up to; retention deletes nothing above it. */
  public void updateHighWatermark(long offset) {
    lane.assertCurrent();
    highWatermark = Math.min(offset, logEndOffset);
    producers.highWatermarkAdvanced(highWatermark);
    publish();
  }

  /**
   * Drops the records below the offset: readers see them no more, their files go with the next
   * retention chore. On a storage thread.
   *
   * @return whether that changed anything
   */
  public boolean deleteRecordsUpTo(long offset) {
    assertUsable();
    if (offset > logEndOffset) {
      throw new IllegalArgumentException(
          topicPartition + ": log start to offset " + offset + ", logEndOffset=" + logEndOffset);
    }
    if (offset <= logStartOffset) {
      return false;
    }
    try {
      moveLogStartTo(offset);
    } catch (IOException e) {
      throw setting.health().fail(directory, "moving the log start", e);
    }
    return true;
  }

  private void moveLogStartTo(long offset) throws IOException {
    logStartOffset = offset;
    highWatermark = Math.max(highWatermark, offset);
    publish();
  }

  /**
   * Moves the log start as retention asks. On a storage thread; the files go with {@link
   * #removeSegmentsBelowLogStart}, once the new start is on the disk.
   */
  void applyRetention(long nowMs) {
    assertUsable();
    try {
      int count = Retention.segmentsToDrop(view, config.retention(), nowMs);
      if (count == segments.size()) {
        active.prepareAppend();
        rollAt(logEndOffset, nowMs);
      }
      if (count > 0) {
        long offset = segments.get(count).baseOffset();
        LOG.info(
            "Retention drops {} segments of {} below offset {}", count, topicPartition, offset);
        moveLogStartTo(Math.max(logStartOffset, offset));
      }
    } catch (DiskFullException e) {
      LOG.warn("Retention of {} waits for room: {}", topicPartition, e.getMessage());
    } catch (IOException e) {
      throw setting.health().fail(directory, "applying retention", e);
    }
  }

  /**
   * Takes out the segments that end at or below the log start. On a storage thread, after the log
   * start was checkpointed: what is gone after a crash is then below it.
   */
  void removeSegmentsBelowLogStart(long checkpointedLogStart) {
    assertUsable();
    try {
      leaderEpochs.truncateFromStart(checkpointedLogStart);
      var kept = new ArrayList<>(segments);
      while (kept.size() > 1 && kept.get(1).baseOffset() <= checkpointedLogStart) {
        Segment dropped = kept.removeFirst();
        dropped.changeSuffix(SegmentFiles.DELETED);
        dropped.retire();
        setting.removal().removeLater(dropped, config.retention().fileDeleteDelayMs());
      }
      if (kept.size() < segments.size()) {
        segments = List.copyOf(kept);
        producers.snapshots().deleteBefore(segments.getFirst().baseOffset());
        producers.logStartOffsetIncremented(logStartOffset);
        publish();
      }
    } catch (IOException e) {
      throw setting.health().fail(directory, "removing segments", e);
    }
  }

  /** The producers that the log knows; on the lane. */
  public List<ActiveProducer> activeProducers() {
    lane.assertCurrent();
    return producers.active().stream()
        .map(
            producer ->
                new ActiveProducer(
                    producer.producerId(),
                    producer.epoch(),
                    producer.lastSequence(),
                    producer.lastTimestamp(),
                    producer.coordinatorEpoch(),
                    producer.transactionFirstOffset()))
        .toList();
  }

  /** Forgets producers that were silent for too long. */
  void removeExpiredProducers(long nowMs) {
    lane.assertCurrent();
    producers.removeExpired(nowMs);
  }

  // ---- Cutting, on the lane and on a storage thread.

  /**
   * Removes the records from the offset on, durably: when this returns they do not come back.
   *
   * @return whether there were any
   */
  public boolean truncateTo(long offset, long nowMs) {
    assertUsable();
    if (offset >= logEndOffset) {
      return false;
    }
    LOG.info("Truncating {} from offset {} to {}", topicPartition, logEndOffset, offset);
    if (offset < segments.getFirst().baseOffset()) {
      truncateFullyAndStartAt(offset, nowMs);
      return true;
    }
    try {
      beginTruncation(offset);
      removeSegmentsFrom(offset);
      syncUnflushedSegments();
      active.truncateTo(offset);
      endTruncation(offset, nowMs);
    } catch (IOException e) {
      throw setting.health().fail(directory, "truncating", e);
    }
    return true;
  }

  /** Removes all records; the next one gets this offset. */
  public void truncateFullyAndStartAt(long offset, long nowMs) {
    assertUsable();
    LOG.info("Truncating {} fully, it starts again at offset {}", topicPartition, offset);
    try {
      beginTruncation(Math.min(offset, logStartOffset));
      List<Segment> old = segments;
      for (int i = old.size() - 1; i >= 0; i--) {
        bury(old.get(i));
      }
      Segment created = Segment.create(setting.disk(), directory, offset, config.segment(), nowMs);
      created.prepareAppend();
      replaceSegments(List.of(created));
      logStartOffset = offset;
      setting.disk().syncDirectory(directory);
      endTruncation(offset, nowMs);
    } catch (IOException e) {
      throw setting.health().fail(directory, "truncating fully", e);
    }
  }

  private void beginTruncation(long offset) {
    truncationCount++;
    flushProgress.beginTruncation(truncationCount, offset);
    setting.recoveryPoints().lower(topicPartition, offset);
  }

  /** The newest first, each durably, so that a crash leaves no gap between two that stayed. */
  private void removeSegmentsFrom(long offset) throws IOException {
    var kept = new ArrayList<>(segments);
    while (kept.size() > 1 && kept.getLast().baseOffset() > offset) {
      bury(kept.removeLast());
    }
    if (kept.size() < segments.size()) {
      replaceSegments(kept);
    }
    active.prepareAppend();
  }

  private void bury(Segment segment) throws IOException {
    segment.changeSuffix(SegmentFiles.DELETED);
    setting.disk().syncDirectory(directory);
    segment.retire();
    setting.removal().removeLater(segment, config.retention().fileDeleteDelayMs());
  }

  private void syncUnflushedSegments() throws IOException {
    long flushedOffset = flushProgress.flushedOffset();
    for (int i = 0; i < segments.size() - 1; i++) {
      if (segments.get(i + 1).baseOffset() > flushedOffset) {
        segments.get(i).syncLog();
      }
    }
  }

  private void endTruncation(long offset, long nowMs) throws IOException {
    logEndOffset = offset;
    logStartOffset = Math.min(logStartOffset, offset);
    highWatermark = Math.clamp(highWatermark, logStartOffset, logEndOffset);
    warmWindow.truncatedTo(offset, appendedBytes);
    leaderEpochs.truncateFromEnd(offset);
    replay.reload(segments, logStartOffset, offset, nowMs);
    setting.disk().syncDirectory(directory);
    // A log that was never flushed may be new itself.
    setting.disk().syncDirectory(parentDirectory());
    publish();
    flushProgress.allIsSynced(view);
  }

  // ---- Flushing.

  /** Asks the flusher to make durable what was appended so far; any thread. */
  public void requestFlush() {
    setting.flusher().request(this);
  }

  /**
   * Ends all use of the log; everything it holds was flushed before. On the lane and on a storage
   * thread.
   *
   * @param syncsIndexes false if the whole file system is synced later
   */
  void close(boolean syncsIndexes) throws IOException {
    lane.assertCurrent();
    if (isClosed) {
      return;
    }
    isClosed = true;
    flushProgress.giveUp(view);
    producers.updateMapEndOffset(logEndOffset);
    if (!producers.isEmpty() || producers.snapshots().latestOffset() >= 0) {
      writeProducerSnapshot();
    }
    for (Segment segment : segments) {
      segment.close(syncsIndexes);
    }
  }

  /** Ends all use of the log of which nothing is kept. On the lane and on a storage thread. */
  void closeToDelete() {
    lane.assertCurrent();
    if (!isClosed) {
      isClosed = true;
      flushProgress.giveUp(view);
      segments.forEach(Segment::retire);
    }
  }

  FlushProgress flushProgress() {
    return flushProgress;
  }

  /** The directory has another name now; whoever reads goes on. */
  void movedTo(Path newDirectory) {
    lane.assertCurrent();
    directory = newDirectory;
    leaderEpochs.movedTo(newDirectory);
    producers.snapshots().movedTo(newDirectory);
    segments.forEach(segment -> segment.movedTo(newDirectory));
  }

  private void assertUsable() {
    lane.assertCurrent();
    if (isClosed) {
      throw new IllegalStateException("the log of " + topicPartition + " is closed");
    }
    setting.health().assertOnline();
  }

  DirectoryHealth health() {
    return setting.health();
  }

  LogView view() {
    return view;
  }

  Path parentDirectory() {
    return Objects.requireNonNull(directory.getParent());
  }
}
