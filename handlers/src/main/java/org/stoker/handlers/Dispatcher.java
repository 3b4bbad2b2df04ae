package org.stoker.handlers;

import java.util.EnumMap;
import java.util.Map;
import org.stoker.network.Request;
import org.stoker.network.RequestDispatcher;
import org.stoker.protocol.ApiKey;

/** Takes each request to the handler of its API. */
public final class Dispatcher implements RequestDispatcher {
  private final Map<ApiKey, Handler> handlers;
  private final ServedApis served;

  Dispatcher(Map<ApiKey, Handler> handlers, ServedApis served) {
    this.handlers = new EnumMap<>(handlers);
    this.served = served;
  }

  /** What clients may ask for. */
  public ServedApis served() {
    return served;
  }

  @Override
  public void dispatch(Request request) {
    Handler handler = handlers.get(request.apiKey());
    if (handler == null) {
      request.closeConnection(request.apiKey() + " is not served");
      return;
    }
    handler.handle(request);
  }
}
