package org.stoker.handlers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.network.Request;

/**
 * Serves an API that only the controller serves: on the controller itself, and on other brokers by
 * asking it, so that a client need not know who it is.
 */
final class ForwardingHandler implements Handler {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardingHandler.class);

  private final Handler onController;
  private final ControllerForward controller;

  ForwardingHandler(Handler onController, ControllerForward controller) {
    this.onController = onController;
    this.controller = controller;
  }

  @Override
  public void handle(Request request) {
    if (ControllerForward.isTaken(request) || !controller.isElsewhere()) {
      onController.handle(request);
      return;
    }
    var _ =
        controller
            .forward(request.body(), request.version())
            .whenComplete((answer, failure) -> {
              if (failure != null) {
                LOG.error("{} could not be taken to the controller", request, failure);
                request.closeConnection("the broker failed; its log says more");
              } else if (answer != null) {
                request.respond(answer);
              } else {
                // It may have been decided all the same: what this broker answers is that it is
                // not the controller, and the client looks before it tries again.
                onController.handle(request);
              }
            });
  }
}
