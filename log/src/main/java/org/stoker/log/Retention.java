package org.stoker.log;

import java.io.IOException;

/** Decides how many of a log's oldest segments are no longer kept. */
final class Retention {
  private Retention() {}

  /**
   * Counted from the oldest. All of them, the active one included, only when time has run out for
   * all.
   */
  static int segmentsToDrop(LogView view, LogConfig.RetentionConfig config, long nowMs)
      throws IOException {
    int count = belowLogStart(view);
    if (config.delete()) {
      count = Math.max(count, byTime(view, config.retentionMs(), nowMs));
      count = Math.max(count, bySize(view, config.retentionSizeBytes()));
    }
    return count;
  }

  private static int belowLogStart(LogView view) {
    int count = 0;
    while (count + 1 < view.segments().size() && view.endOffset(count) <= view.logStartOffset()) {
      count++;
    }
    return count;
  }

  private static int byTime(LogView view, long retentionMs, long nowMs) throws IOException {
    int count = 0;
    if (retentionMs >= 0) {
      while (mayDrop(view, count)
          && nowMs - view.segments().get(count).largestTimestampMs() > retentionMs) {
        count++;
      }
    }
    return count;
  }

  private static int bySize(LogView view, long retentionSizeBytes) {
    int count = 0;
    if (retentionSizeBytes >= 0) {
      long surplusBytes = view.sizeBytes() - retentionSizeBytes;
      while (count + 1 < view.segments().size()
          && mayDrop(view, count)
          && surplusBytes - view.limitPosition(count) >= 0) {
        surplusBytes -= view.limitPosition(count);
        count++;
      }
    }
    return count;
  }

  /** Nothing above the high watermark goes, and an empty active segment stays. */
  private static boolean mayDrop(LogView view, int index) {
    return index < view.segments().size()
        && view.endOffset(index) <= view.highWatermark()
        && (index < view.segments().size() - 1 || view.activeSizeBytes() > 0);
  }
}
