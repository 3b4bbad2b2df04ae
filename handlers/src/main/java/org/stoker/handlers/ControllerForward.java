package org.stoker.handlers;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.network.Request;
import org.stoker.protocol.Message;

/** Takes requests that only the controller can serve to it; {@code broker} plugs in how. */
public interface ControllerForward {
  /** How the client id of requests begins that a broker has sent; a number follows. */
  String CLIENT_ID_OF_BROKERS = "stoker-broker-";

  /**
   * Whether a broker has sent this, to the controller as it believes: it is not taken any further,
   * or two brokers that each believe the other to be the controller would never come to an end.
   */
  static boolean isTaken(Request request) {
    String clientId = request.clientId();
    return clientId != null && clientId.startsWith(CLIENT_ID_OF_BROKERS);
  }

  /** Whether the controller is another broker. */
  boolean isElsewhere();

  /** The controller's answer in this version; null if there was none. */
  CompletableFuture<@Nullable Message> forward(Message request, short version);
}
