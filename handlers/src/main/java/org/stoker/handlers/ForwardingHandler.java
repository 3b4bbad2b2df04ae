package org.stoker.handlers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.network.RequestContext;
import org.stoker.protocol.Message;

/**
 * Serves an API that only the controller serves: on the controller itself, and on other brokers by
 * asking it, so that a client need not know who it is.
 */
final class ForwardingHandler<Q extends Message> implements Handler<Q> {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardingHandler.class);

  private final Handler<Q> onController;
  private final ControllerForward controller;

  ForwardingHandler(Handler<Q> onController, ControllerForward controller) {
    this.onController = onController;
    this.controller = controller;
  }

  @Override
  public void handle(Q body, RequestContext context) {
    if (context.isForwarded() || !controller.isElsewhere()) {
      onController.handle(body, context);
      return;
    }
    var _ =
        controller
            .forward(context)
            .whenComplete((answer, failure) -> {
              if (failure != null) {
                LOG.error("{} could not be taken to the controller", context, failure);
                context.closeConnection("the broker failed; its log says more");
              } else if (answer != null) {
                context.respond(answer);
              } else {
                // It may have been decided all the same: what this broker answers is that it is
                // not the controller, and the client looks before it tries again.
                onController.handle(body, context);
              }
            });
  }
}
