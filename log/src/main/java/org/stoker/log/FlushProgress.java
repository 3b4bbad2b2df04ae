package org.stoker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;

/**
 * How far one log is on disk. The flusher moves it on, a truncation sets it back, and neither waits
 * for the other: a flush that a truncation overtook publishes nothing.
 */
@ThreadSafe
final class FlushProgress {
  private final Flusher flusher;
  private final DirectoryHealth health;
  private final AtomicReference<FlushState> state;
  private final AtomicBoolean isRequested = new AtomicBoolean();
  private volatile Waiting waiting = Waiting.NOTHING;
  private volatile FlushListener listener = (log, offset) -> {};

  FlushProgress(Flusher flusher, DirectoryHealth health, FlushState atStart) {
    this.flusher = flusher;
    this.health = health;
    this.state = new AtomicReference<>(atStart);
  }

  long flushedOffset() {
    return state.get().flushedOffset();
  }

  long flushCount() {
    return state.get().flushCount();
  }

  void setListener(FlushListener newListener) {
    listener = newListener;
  }

  /** Whether the flusher has the log in its queue. */
  AtomicBoolean isRequested() {
    return isRequested;
  }

  void appended(Log log, int sizeBytes, boolean mustFlush) {
    flusher.appended(sizeBytes);
    if (mustFlush) {
      flusher.request(log);
    }
  }

  /**
   * After {@code log.flush.acks} was turned on a follower asks from where its disk ends, and a
   * leader waits for its own: with nothing appended meanwhile, nobody else would have the rest
   * flushed.
   */
  void reconfigured(Log log) {
    if (log.config().flush().acksAreFlushed() && flushedOffset() < log.logEndOffset()) {
      flusher.request(log);
    }
  }

  /** Asks for a flush if something has waited for {@code flush.ms}; called again and again. */
  void requestIfOld(Log log, long nowMs) {
    long flushedOffset = flushedOffset();
    long unsyncedFrom = log.logEndOffset() > flushedOffset ? flushedOffset : -1;
    Waiting before = waiting;
    if (unsyncedFrom < 0) {
      waiting = Waiting.NOTHING;
    } else if (before.fromOffset() != unsyncedFrom) {
      waiting = new Waiting(unsyncedFrom, nowMs);
    } else if (nowMs - before.sinceMs() >= log.config().flush().flushMs()) {
      flusher.request(log);
    }
  }

  /** From which offset on records were found unsynced, and when first. */
  private record Waiting(long fromOffset, long sinceMs) {
    static final Waiting NOTHING = new Waiting(-1, 0);
  }

  /** What must be synced before the flushed offset can move on; null if nothing has to. */
  @Nullable FlushTask begin(Log log) {
    // The state before the view: what is appended between the two only makes the flush larger.
    FlushState from = state.get();
    LogView upTo = log.view();
    boolean hasNewEntries = upTo.entryChanges() > from.syncedEntryChanges();
    if (log.isClosed()
        || upTo.truncationCount() != from.truncationCount()
        || (upTo.logEndOffset() <= from.flushedOffset() && !hasNewEntries)) {
      return null;
    }
    var to =
        new FlushState(
            from.truncationCount(),
            upTo.logEndOffset(),
            upTo.appendedBytes(),
            upTo.entryChanges(),
            from.flushCount() + 1);
    var files = new ArrayList<SegmentFile>();
    int first = Math.max(0, upTo.indexOfSegmentFor(from.flushedOffset()));
    try {
      for (Segment segment : upTo.segments().subList(first, upTo.segments().size())) {
        SegmentFile file = segment.retainFile();
        // One that is gone holds nothing that anybody waits for.
        if (file != null) {
          files.add(file);
        }
      }
    } catch (IOException e) {
      files.forEach(SegmentFile::release);
      health.fail(log.directory(), "opening a segment to sync it", e);
      return null;
    }
    return new FlushTask(log, from, to, files, hasNewEntries, from.syncedEntryChanges() == 0);
  }

  /** What the task named is on disk. */
  void end(FlushTask task) {
    if (state.compareAndSet(task.from(), task.to())) {
      flusher.noLongerUnsynced(task.to().flushedBytes() - task.from().flushedBytes());
      listener.flushed(task.log(), task.to().flushedOffset());
    }
  }

  /** No flush that has begun can publish its end from here on. */
  void beginTruncation(long truncationCount, long offset) {
    state.updateAndGet(before ->
        new FlushState(
            truncationCount,
            Math.min(before.flushedOffset(), offset),
            before.flushedBytes(),
            before.syncedEntryChanges(),
            before.flushCount()));
  }

  /** All that the view holds was synced by the one who cut. */
  void allIsSynced(LogView view) {
    FlushState before =
        state.getAndUpdate(last ->
            new FlushState(
                view.truncationCount(),
                view.logEndOffset(),
                view.appendedBytes(),
                view.entryChanges(),
                last.flushCount()));
    flusher.noLongerUnsynced(view.appendedBytes() - before.flushedBytes());
  }

  /**
   * The log is closed or deleted: nobody waits for its bytes any more. They are given back once,
   * whatever flush is under way.
   */
  void giveUp(LogView view) {
    FlushState before =
        state.getAndUpdate(last ->
            new FlushState(
                last.truncationCount(),
                last.flushedOffset(),
                view.appendedBytes(),
                last.syncedEntryChanges(),
                last.flushCount()));
    flusher.noLongerUnsynced(view.appendedBytes() - before.flushedBytes());
  }
}
