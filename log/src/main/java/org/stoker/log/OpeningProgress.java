package org.stoker.log;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;

/** Says in the log how far the opening of a directory is, every few seconds. */
@ThreadSafe
final class OpeningProgress {
  private static final Logger LOG = LoggerFactory.getLogger(OpeningProgress.class);
  private static final long SAY_EVERY_MS = 5_000;

  private final Path directory;
  private final int count;
  private final Clock clock;
  private final long startedMs;
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicLong saidAtMs;

  OpeningProgress(Path directory, int count, Clock clock) {
    this.directory = directory;
    this.count = count;
    this.clock = clock;
    this.startedMs = clock.monotonicMs();
    this.saidAtMs = new AtomicLong(startedMs);
  }

  void oneMore() {
    int done = opened.incrementAndGet();
    long nowMs = clock.monotonicMs();
    long saidMs = saidAtMs.get();
    if (nowMs - saidMs >= SAY_EVERY_MS && saidAtMs.compareAndSet(saidMs, nowMs)) {
      LOG.info("{} of {} partitions are open in {}", done, count, directory);
    }
  }

  void end(int refused) {
    LOG.info(
        "Opened {} partitions in {} in {} ms, {} stay offline",
        count - refused,
        directory,
        clock.monotonicMs() - startedMs,
        refused);
  }
}
