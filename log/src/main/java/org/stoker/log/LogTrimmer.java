package org.stoker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.DiskFullException;

/**
 * Takes records out of a log: at its start what is deleted or no longer kept, at its end what a
 * follower must not have. On the lane and on a storage thread.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class LogTrimmer {
  private static final Logger LOG = LoggerFactory.getLogger(LogTrimmer.class);

  private final Log log;
  private final LogState state;

  LogTrimmer(Log log, LogState state) {
    this.log = log;
    this.state = state;
  }

  /**
   * Drops the records below the offset: readers see them no more, their files go with the next
   * retention chore. On a storage thread.
   *
   * @return whether that changed anything
   */
  boolean deleteRecordsUpTo(long offset) {
    state.assertUsable();
    if (offset > state.logEndOffset) {
      throw new IllegalArgumentException(
          state.topicPartition
              + ": log start to offset "
              + offset
              + ", logEndOffset="
              + state.logEndOffset);
    }
    if (offset <= state.logStartOffset) {
      return false;
    }
    try {
      state.moveLogStartTo(offset);
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "moving the log start", e);
    }
    return true;
  }

  /**
   * Moves the log start as retention asks. On a storage thread; the files go with {@link
   * #removeSegmentsBelowLogStart}, once the new start is on the disk.
   */
  void applyRetention(long nowMs) {
    state.assertUsable();
    try {
      int count = Retention.segmentsToDrop(state.view, state.config.retention(), nowMs);
      if (count == state.segments.size()) {
        state.active.prepareAppend();
        state.rollAt(state.logEndOffset, nowMs);
      }
      if (count > 0) {
        long offset = state.segments.get(count).baseOffset();
        LOG.info(
            "Retention drops {} segments of {} below offset {}",
            count,
            state.topicPartition,
            offset);
        state.moveLogStartTo(Math.max(state.logStartOffset, offset));
      }
    } catch (DiskFullException e) {
      LOG.warn("Retention of {} waits for room: {}", state.topicPartition, e.getMessage());
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "applying retention", e);
    }
  }

  /**
   * Takes out the segments that end at or below the log start. On a storage thread, after the log
   * start was checkpointed: what is gone after a crash is then below it.
   */
  void removeSegmentsBelowLogStart(long checkpointedLogStart) {
    state.assertUsable();
    try {
      state.leaderEpochs.truncateFromStart(checkpointedLogStart);
      var kept = new ArrayList<>(state.segments);
      while (kept.size() > 1 && kept.get(1).baseOffset() <= checkpointedLogStart) {
        Segment dropped = kept.removeFirst();
        // Readers that look into its files from here on see that it is gone.
        dropped.retire();
        dropped.changeSuffix(SegmentFiles.DELETED);
        state
            .setting
            .segmentChores()
            .removeLater(dropped, state.config.retention().fileDeleteDelayMs());
      }
      if (kept.size() < state.segments.size()) {
        state.segments = List.copyOf(kept);
        state.producers.snapshots().deleteBefore(state.segments.getFirst().baseOffset());
        state.producers.logStartOffsetIncremented(state.logStartOffset);
        state.publish();
      }
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "removing segments", e);
    }
  }

  /**
   * Removes the records from the offset on, durably: when this returns they do not come back.
   *
   * @return whether there were any
   */
  boolean truncateTo(long offset, long nowMs) {
    state.assertUsable();
    if (offset >= state.logEndOffset) {
      return false;
    }
    LOG.info(
        "Truncating {} from offset {} to {}", state.topicPartition, state.logEndOffset, offset);
    if (offset < state.segments.getFirst().baseOffset()) {
      truncateFullyAndStartAt(offset, nowMs);
      return true;
    }
    try {
      List<Segment> kept = state.segments.subList(0, state.view.indexOfSegmentFor(offset) + 1);
      // What could be in the way of the cut is met before anything has changed.
      kept.getLast().prepareAppend();
      int position = kept.getLast().placeOfCut(offset);
      beginTruncation(offset);
      state.publishCut(kept, position, state.logStartOffset, offset);
      removeSegmentsBehind(kept);
      syncUnflushedSegments();
      state.active.cutAt(position, offset);
      endTruncation(offset, nowMs);
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "truncating", e);
    }
    return true;
  }

  /** Removes all records; the next one gets this offset. */
  void truncateFullyAndStartAt(long offset, long nowMs) {
    state.assertUsable();
    LOG.info("Truncating {} fully, it starts again at offset {}", state.topicPartition, offset);
    try {
      beginTruncation(Math.min(offset, state.logStartOffset));
      List<Segment> old = state.segments;
      state.publishCut(List.of(old.getFirst()), 0, offset, offset);
      for (int i = old.size() - 1; i >= 0; i--) {
        bury(old.get(i));
      }
      Segment created =
          Segment.create(
              state.setting.disk(), state.directory, offset, state.config.segment(), nowMs);
      created.prepareAppend();
      state.replaceSegments(List.of(created));
      state.logStartOffset = offset;
      state.setting.disk().syncDirectory(state.directory);
      endTruncation(offset, nowMs);
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "truncating fully", e);
    }
  }

  /**
   * When this returns nothing above the offset is vouched for, and until the truncation ends no
   * flush begins or publishes its end: the views meanwhile have another count than the progress.
   *
   * @throws NoRoomException if the disk is full; the log is as before
   */
  private void beginTruncation(long offset) throws IOException {
    long before = state.truncationCount;
    state.flushProgress.beginTruncation(before + 2, offset);
    try {
      state.setting.recoveryPoints().lower(state.topicPartition, offset);
    } catch (DiskFullException e) {
      state.truncationCount = before + 2;
      state.publish();
      // What counted as flushed above the offset is flushed again.
      state.setting.flusher().request(log);
      throw e;
    }
    state.truncationCount = before + 1;
    state.isHalfTruncated = true;
  }

  /** The newest first, each durably, so that a crash leaves no gap between two that stayed. */
  private void removeSegmentsBehind(List<Segment> kept) throws IOException {
    for (int i = state.segments.size() - 1; i >= kept.size(); i--) {
      bury(state.segments.get(i));
    }
    if (kept.size() < state.segments.size()) {
      state.replaceSegments(kept);
    }
  }

  private void bury(Segment segment) throws IOException {
    segment.changeSuffix(SegmentFiles.DELETED);
    state.setting.disk().syncDirectory(state.directory);
    segment.retire();
    state
        .setting
        .segmentChores()
        .removeLater(segment, state.config.retention().fileDeleteDelayMs());
  }

  private void syncUnflushedSegments() throws IOException {
    long flushedOffset = state.flushProgress.flushedOffset();
    for (int i = 0; i < state.segments.size() - 1; i++) {
      if (state.segments.get(i + 1).baseOffset() > flushedOffset) {
        state.segments.get(i).syncLog();
      }
    }
  }

  private void endTruncation(long offset, long nowMs) throws IOException {
    state.logEndOffset = offset;
    state.logStartOffset = Math.min(state.logStartOffset, offset);
    state.highWatermark = Math.clamp(state.highWatermark, state.logStartOffset, state.logEndOffset);
    state.warmWindow.truncatedTo(offset, state.appendedBytes);
    state.leaderEpochs.truncateFromEnd(offset);
    state.replay.reload(state.segments, state.logStartOffset, offset, nowMs);
    state.setting.disk().syncDirectory(state.directory);
    // A log that was never flushed may be new itself.
    state.setting.disk().syncDirectory(state.parentDirectory());
    state.truncationCount++;
    state.isHalfTruncated = false;
    state.publish();
    state.flushProgress.allIsSynced(state.view);
  }
}
