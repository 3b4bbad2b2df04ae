package org.stoker.network;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;

/**
 * Logs what clients do wrong, a few lines a minute for each kind of it: whoever sends garbage on
 * thousands of connections must not fill the disk with our own log.
 */
@ThreadSafe
final class BoundedLog {
  private static final int LINES_PER_WINDOW = 10;
  private static final long WINDOW_NS = 60_000_000_000L;

  private final Logger log;
  private final Clock clock;
  private final ConcurrentMap<String, Window> windows = new ConcurrentHashMap<>();

  BoundedLog(Logger log, Clock clock) {
    this.log = log;
    this.clock = clock;
  }

  /** The kinds are constants of the code, so that there are few. */
  void info(String kind, String sentence) {
    long nowNs = clock.monotonicNs();
    Window window = windows.computeIfAbsent(kind, _ -> new Window(nowNs));
    int suppressed = window.admit(nowNs);
    if (suppressed == 0) {
      log.info("{}", sentence);
    } else if (suppressed > 0) {
      log.info("{} (and {} more like it were not logged)", sentence, suppressed);
    }
  }

  private static final class Window {
    private long startedNs;
    private int lines;
    private int suppressed;

    Window(long startedNs) {
      this.startedNs = startedNs;
    }

    /** -1 to say nothing, else how many were left unsaid in the window before. */
    synchronized int admit(long nowNs) {
      if (nowNs - startedNs >= WINDOW_NS) {
        int unsaid = suppressed;
        startedNs = nowNs;
        lines = 1;
        suppressed = 0;
        return unsaid;
      }
      if (lines < LINES_PER_WINDOW) {
        lines++;
        return 0;
      }
      suppressed++;
      return -1;
    }
  }
}
