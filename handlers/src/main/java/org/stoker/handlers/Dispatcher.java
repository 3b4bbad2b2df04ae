package org.stoker.handlers;

import static org.stoker.access.Operation.CLUSTER_ACTION;
import static org.stoker.access.ResourceType.CLUSTER;
import static org.stoker.access.ResourceType.THE_CLUSTER;

import java.util.EnumMap;
import java.util.Map;
import org.stoker.network.RequestContext;
import org.stoker.network.RequestDispatcher;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;

/** Takes each request to the handler of its API. */
public final class Dispatcher implements RequestDispatcher {
  private final Map<ApiKey, Handler<?>> handlers;
  private final ServedApis served;

  Dispatcher(Map<ApiKey, Handler<?>> handlers, ServedApis served) {
    this.handlers = new EnumMap<>(handlers);
    this.served = served;
  }

  public ServedApis served() {
    return served;
  }

  @Override
  public void dispatch(RequestContext context) {
    ApiKey key = context.apiKey();
    Handler<?> handler = handlers.get(key);
    if (handler == null) {
      context.closeConnection(key + " is not served");
    } else if (ServedApis.isBetweenBrokers(key)
        && !context.isAllowed(CLUSTER_ACTION, CLUSTER, THE_CLUSTER)) {
      context.closeConnection(context.principal() + " is no broker, and sent " + key.apiName());
    } else {
      handle(handler, context);
    }
  }

  @SuppressWarnings(
      "unchecked") // The body is of the API's class, and so is what its handler takes.
  private static <Q extends Message> void handle(Handler<Q> handler, RequestContext context) {
    handler.handle((Q) context.body(), context);
  }
}
