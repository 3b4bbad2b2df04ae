package org.stoker.base;

/**
 * Whether the machine's processors have time to spare. Where they have none, work that is saved is
 * worth more than a moment's wait: everything waits already.
 */
public interface CpuLoad {
  /** A machine that always has. */
  CpuLoad LOW = () -> false;

  /** Whether nearly all time was used a moment ago; cheap enough for every request. */
  boolean isHigh();
}
