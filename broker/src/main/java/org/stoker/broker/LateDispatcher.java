package org.stoker.broker;

import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.handlers.Dispatcher;
import org.stoker.network.ApiVersionsTable;
import org.stoker.network.RequestContext;
import org.stoker.network.RequestDispatcher;

/** Stands in for the handlers while listeners are bound already, and nobody is let in yet. */
@ThreadSafe
final class LateDispatcher implements RequestDispatcher {
  private volatile @Nullable Dispatcher handlers;

  void open(Dispatcher dispatcher) {
    handlers = dispatcher;
  }

  /** What a listener serves once it is open. */
  ApiVersionsTable served(boolean isInterBrokerListener) {
    return (apiKey, version) -> {
      Dispatcher opened = handlers;
      return opened != null
          && opened.served().on(isInterBrokerListener).isSupported(apiKey, version);
    };
  }

  @Override
  public void dispatch(RequestContext context) {
    Dispatcher opened = handlers;
    if (opened == null) {
      context.closeConnection("the broker is still starting");
    } else {
      opened.dispatch(context);
    }
  }
}
