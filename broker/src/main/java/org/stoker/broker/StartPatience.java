package org.stoker.broker;

import org.stoker.base.ConfinedTo;

/**
 * How long a start waits for somebody else, in slices. What goes forward is waited for anew, and a
 * slice counts for what it was to take: a process that the machine leaves waiting for its processor
 * waits for longer, because those that it waits for may be left waiting, too.
 */
@ConfinedTo("the thread that starts the broker")
final class StartPatience {
  static final long SLICE_MS = 100;

  private final long limitMs;
  private long waitedMs;
  private long progress;

  /**
   * @param limitMs how long to wait for the next step
   * @param progress how far it has come
   */
  StartPatience(long limitMs, long progress) {
    this.limitMs = limitMs;
    this.progress = progress;
  }

  /** One more slice has passed, and so far it has come; whether that is to be the last. */
  boolean isOver(long reached) {
    if (reached != progress) {
      progress = reached;
      waitedMs = 0;
    } else {
      waitedMs += SLICE_MS;
    }
    return waitedMs >= limitMs;
  }
}
