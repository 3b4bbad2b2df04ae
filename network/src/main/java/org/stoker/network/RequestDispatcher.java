package org.stoker.network;

/** Who answers requests; the room above plugs it in. */
@FunctionalInterface
public interface RequestDispatcher {
  /**
   * Called on the connection's event loop, so it never waits. It finishes the request, now or later
   * and on any thread, by exactly one of its three answers.
   */
  void dispatch(RequestContext request);
}
