package org.stoker.handlers;

import org.stoker.network.RequestContext;
import org.stoker.protocol.Message;

/**
 * Serves one API.
 *
 * @param <Q> the API's request
 */
@FunctionalInterface
interface Handler<Q extends Message> {
  /**
   * Called on the connection's event loop, so it never waits; for a request of more than some
   * kilobytes, except produce, on a worker. It finishes the request, now or later.
   */
  void handle(Q body, RequestContext context);
}
