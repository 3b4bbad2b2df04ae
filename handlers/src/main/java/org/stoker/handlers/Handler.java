package org.stoker.handlers;

import org.stoker.network.Request;

/** Serves one API. */
@FunctionalInterface
interface Handler {
  /**
   * Called on the connection's event loop, so it never waits; for a request of more than some
   * kilobytes, except produce, on a worker. It finishes the request, now or later.
   */
  void handle(Request request);
}
