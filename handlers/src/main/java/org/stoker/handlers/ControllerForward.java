package org.stoker.handlers;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.network.RequestContext;
import org.stoker.protocol.Message;

/** Takes requests that only the controller can serve to it; {@code broker} plugs in how. */
public interface ControllerForward {
  /** Whether the controller is another broker. */
  boolean isElsewhere();

  /** The controller's answer in the request's version; null if there was none. */
  CompletableFuture<@Nullable Message> forward(RequestContext context);
}
