package org.stoker.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.TopicPartition;

/**
 * Reads everything in a log directory now and then, slowly, so that bytes which a disk has changed
 * are noticed and repaired before somebody needs them.
 *
 * <pre>
 * resting ──interval over, or a log is suspected──▶ scrubbing ──every log read──▶ resting
 *                                                    │   ▲
 *                                          damage found   repaired, or given up
 *                                                    ▼   │
 *                                                   waiting
 * </pre>
 */
@ConfinedTo("the directory's scrub chore, which never runs twice at a time")
final class LogScrub {
  private static final Logger LOG = LoggerFactory.getLogger(LogScrub.class);

  private final Disk disk;
  private final LogDirectoryConfig.ScrubConfig config;
  private final Supplier<Collection<Log>> logs;
  private final Queue<Log> remaining = new ArrayDeque<>();
  // Any reader adds to it; bounded by the directory's logs.
  private final Set<Log> suspects = ConcurrentHashMap.newKeySet();
  private volatile DamageListener listener = LogScrub::repairNothing;
  private volatile boolean isWaiting;
  private @Nullable Place place;
  private long nextPassMs;

  /** The log that is being read, and how far. */
  private record Place(
      Log log, long segmentBaseOffset, int position, long nextOffset, long truncationCount) {
    static Place startOf(Log log) {
      return new Place(log, -1, 0, 0, log.view().truncationCount());
    }
  }

  /**
   * @param startedMs on the monotonic clock: the first pass begins the initial delay later
   */
  LogScrub(
      Disk disk,
      LogDirectoryConfig.ScrubConfig config,
      Supplier<Collection<Log>> logs,
      long startedMs) {
    this.disk = disk;
    this.config = config;
    this.logs = logs;
    this.nextPassMs = startedMs + config.initialDelayMs();
  }

  private static void repairNothing(Log log, DamagedBatches damage, Runnable whenDone) {
    whenDone.run();
  }

  /** Replaces the listener; without one damage is only logged. */
  void setListener(DamageListener newListener) {
    listener = newListener;
  }

  /** A reader met bytes in this log that make no batch: it is read before all others. */
  void suspect(Log log) {
    suspects.add(log);
  }

  /** Reads a second's share. On a storage thread. */
  void tick(long nowMs) {
    if (config.bytesPerSecond() == 0 || isWaiting) {
      return;
    }
    beginPassIfDue(nowMs);
    long leftBytes = config.bytesPerSecond();
    while (leftBytes > 0 && !isWaiting) {
      Place at = place;
      if (at == null) {
        Log next = nextLog();
        if (next == null) {
          return;
        }
        at = Place.startOf(next);
      }
      leftBytes -= Math.max(1, advance(at, leftBytes));
    }
  }

  private void beginPassIfDue(long nowMs) {
    if (remaining.isEmpty() && place == null && config.intervalMs() > 0 && nowMs >= nextPassMs) {
      nextPassMs = nowMs + config.intervalMs();
      logs.get().stream()
          .sorted(Comparator.comparing(log -> log.topicPartition().toString()))
          .forEach(remaining::add);
    }
  }

  private @Nullable Log nextLog() {
    var suspected = suspects.iterator();
    if (suspected.hasNext()) {
      Log log = suspected.next();
      suspected.remove();
      return log;
    }
    return remaining.poll();
  }

  /** Reads on in one segment; the number of bytes read. */
  private long advance(Place at, long maxBytes) {
    LogView view = at.log().view();
    if (at.log().isClosed()) {
      place = null;
      return 0;
    }
    if (view.truncationCount() != at.truncationCount()) {
      place = Place.startOf(at.log());
      return 0;
    }
    int index = segmentIndex(view, at.segmentBaseOffset());
    if (index == view.segments().size()) {
      place = null;
      return 0;
    }
    Segment segment = view.segments().get(index);
    boolean isNew = segment.baseOffset() != at.segmentBaseOffset();
    int position = isNew ? 0 : at.position();
    long nextOffset = isNew ? segment.baseOffset() : at.nextOffset();
    try (DiskFile file = disk.open(segment.path(), Disk.OpenMode.READ)) {
      var scrub =
          new SegmentScrub(
              file,
              position,
              nextOffset,
              view.limitPosition(index),
              view.endOffset(index),
              at.log().epochHistory());
      String problem = scrub.check(maxBytes);
      if (problem != null) {
        damaged(at.log(), view, index, scrub, problem);
      }
      place = placeBehind(at.log(), view, index, scrub);
      return (long) scrub.position() - position;
    } catch (NoSuchFileException e) {
      // Deleted or renamed meanwhile: the next look finds what there is now.
      place = new Place(at.log(), segment.baseOffset() + 1, 0, 0, at.truncationCount());
      return 0;
    } catch (IOException e) {
      // The disk fails: whoever writes there decides what that means for the directory.
      LOG.warn("{} cannot be read: {}", segment.path(), e.getMessage());
      place = new Place(at.log(), segment.baseOffset() + 1, 0, 0, at.truncationCount());
      return 0;
    }
  }

  /** The segment with this base offset, or the next one above it. */
  private static int segmentIndex(LogView view, long baseOffset) {
    int index = Math.max(0, view.indexOfSegmentFor(baseOffset));
    return view.segments().get(index).baseOffset() >= baseOffset ? index : index + 1;
  }

  private static @Nullable Place placeBehind(Log log, LogView view, int index, SegmentScrub scrub) {
    long baseOffset = view.segments().get(index).baseOffset();
    if (!scrub.isAtEnd()) {
      return new Place(
          log, baseOffset, scrub.position(), scrub.nextOffset(), view.truncationCount());
    }
    return index == view.segments().size() - 1
        ? null
        : new Place(log, baseOffset + 1, 0, 0, view.truncationCount());
  }

  private void damaged(Log log, LogView view, int index, SegmentScrub scrub, String problem)
      throws IOException {
    Segment segment = view.segments().get(index);
    int position = scrub.position();
    long firstOffset = scrub.nextOffset();
    scrub.skipDamage(segment.indexes().offsets());
    LogView now = log.view();
    boolean isReadByNobody = scrub.nextOffset() <= now.logStartOffset();
    if (isReadByNobody || now.truncationCount() != view.truncationCount() || log.isClosed()) {
      return;
    }
    var damage =
        new DamagedBatches(
            segment.path(),
            segment.baseOffset(),
            position,
            scrub.position() - position,
            firstOffset,
            scrub.nextOffset(),
            view.truncationCount(),
            problem);
    LOG.warn(
        "{} of {} cannot be read: {} at position {} of {}, {} bytes",
        damage.offsets(),
        log.topicPartition(),
        problem,
        position,
        damage.file(),
        damage.sizeBytes());
    isWaiting = true;
    try {
      listener.damaged(log, damage, () -> isWaiting = false);
    } catch (RuntimeException e) {
      isWaiting = false;
      LOG.error("Damaged batches of {} were not repaired", log.topicPartition(), e);
    }
  }

  @Override
  public String toString() {
    TopicPartition at = place == null ? null : place.log().topicPartition();
    return "LogScrub(" + at + ", " + remaining.size() + " to go)";
  }
}
