package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.TopicPartition;

/**
 * What one log knows of itself, shared by those who append, cut and read: changed on the lane, told
 * to everybody else by {@link #publish}.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class LogState {
  private static final long WARM_BYTES = 32L << 20;

  final TopicPartition topicPartition;
  final Lane lane;
  final LogSetting setting;
  final ProducerStates producers;
  final ProducerReplay replay;
  final LeaderEpochs leaderEpochs;
  final WarmWindow warmWindow;
  final FlushProgress flushProgress;
  final Preallocation preallocation;

  // For everybody.
  volatile Path directory;
  volatile LogConfig config;
  volatile LogView view;
  volatile boolean isClosed;

  // On the lane.
  List<Segment> segments;
  Segment active;
  long logStartOffset;
  long logEndOffset;
  long highWatermark;
  long appendedBytes;
  long truncationCount;
  boolean isHalfTruncated;
  long entryChanges = 1;
  long rollJitterMs;

  LogState(
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
    this.producers = contents.producers();
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
            new FlushState(0, logEndOffset, 0, contents.syncedEntryChanges(), 0));
    this.preallocation = new Preallocation(setting.flusher().config());
    this.view = currentView();
  }

  void rollAt(long baseOffset, long nowMs) throws IOException {
    if (active.baseOffset() == baseOffset) {
      // Empty: what does not fit into an empty segment fits into no other.
      return;
    }
    // Any of these may find the disk full; only the last two lines change the log.
    producers.updateMapEndOffset(baseOffset);
    writeProducerSnapshot();
    active.seal();
    if (active.trim() || config.flush().acksAreFlushed()) {
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

  void writeProducerSnapshot() throws IOException {
    ProducerStates.PendingSnapshot pending = producers.takeSnapshot();
    if (pending != null) {
      producers.snapshots().write(pending.offset(), pending.bytes());
    }
  }

  /**
   * As {@link #writeProducerSnapshot}, for the caller to sync and to publish; null if none is due.
   */
  @Nullable AtomicFile prepareProducerSnapshot() throws IOException {
    ProducerStates.PendingSnapshot pending = producers.takeSnapshot();
    return pending == null
        ? null
        : producers.snapshots().prepare(pending.offset(), pending.bytes());
  }

  void replaceSegments(List<Segment> changed) {
    segments = List.copyOf(changed);
    active = segments.getLast();
    entryChanges++;
    rollJitterMs = drawJitterMs();
  }

  long drawJitterMs() {
    long most = Math.min(config.segment().rollJitterMs(), config.segment().rollAfterMs());
    return most == 0 ? 0 : Math.floorMod(setting.seed().nextLong(), most);
  }

  void publish() {
    view = currentView();
  }

  /**
   * Readers see the log as it will be, before a segment goes or is cut: one that is late finds a
   * newer view than its own.
   */
  void publishCut(List<Segment> kept, int activeSizeBytes, long startOffset, long endOffset) {
    LogView before = view;
    view =
        new LogView(
            List.copyOf(kept),
            activeSizeBytes,
            startOffset,
            endOffset,
            Math.clamp(before.highWatermark(), startOffset, endOffset),
            before.firstUnstableOffset(),
            Math.min(before.warmOffset(), endOffset),
            before.appendedBytes(),
            truncationCount,
            before.entryChanges());
  }

  LogView currentView() {
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

  void moveLogStartTo(long offset) throws IOException {
    logStartOffset = offset;
    highWatermark = Math.max(highWatermark, offset);
    publish();
  }

  void assertUsable() {
    lane.assertCurrent();
    if (isClosed) {
      throw new IllegalStateException("the log of " + topicPartition + " is closed");
    }
    setting.health().assertOnline();
    if (isHalfTruncated) {
      throw new CorruptLogException(
          "a truncation of " + topicPartition + " did not end; a restart recovers it");
    }
  }

  Path parentDirectory() {
    return Objects.requireNonNull(directory.getParent());
  }
}
