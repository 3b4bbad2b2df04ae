package org.stoker.log;

import org.stoker.base.ThreadSafe;

/**
 * Whether the old records that were read last from a log lay in the page cache. The next ones
 * probably do as well, and are looked for without a thread that may wait.
 */
@ThreadSafe
final class OldReads {
  private volatile boolean areCached;

  boolean areCached() {
    return areCached;
  }

  void found(boolean isCached) {
    if (areCached != isCached) {
      areCached = isCached;
    }
  }
}
