package org.stoker.metadata;

/** What becomes of a session's connection. */
public enum SessionEvent {
  CONNECTED,
  /** Requests are answered {@link Outcome.Unknown} until the session is connected again. */
  DISCONNECTED,
  /** The last event: the session is over, and another one must be opened. */
  EXPIRED
}
