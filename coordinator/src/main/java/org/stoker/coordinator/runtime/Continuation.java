package org.stoker.coordinator.runtime;

import org.stoker.protocol.ErrorCode;

/** What follows when the records of a decision are stored, or are not. */
@FunctionalInterface
public interface Continuation<R> {
  /**
   * Decides what comes next.
   *
   * @param outcome NONE, or what a client is told
   */
  Decision<R> after(ErrorCode outcome, long nowMs);
}
