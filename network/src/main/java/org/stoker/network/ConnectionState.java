package org.stoker.network;

import org.stoker.access.Principal;

/**
 * Where a connection is in its life.
 *
 * <pre>
 * Serving ──the broker stops──▶ Draining ──all is answered──▶ SayingGoodbye
 *    │                             │                               │ closed by the client, or late
 *    └──a fault, or closed─────────┴───────────────────────────────┴──▶ Closed
 * </pre>
 */
sealed interface ConnectionState {
  /** Requests are read, started and answered, as this principal's. */
  record Serving(Principal principal) implements ConnectionState {}

  /** Nothing more is started; what was started may answer. */
  record Draining() implements ConnectionState {}

  /** All is answered and the end is sent; the client closes. */
  record SayingGoodbye() implements ConnectionState {}

  /** Nothing is read or sent any more. */
  record Closed() implements ConnectionState {}
}
