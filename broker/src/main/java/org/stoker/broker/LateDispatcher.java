package org.stoker.broker;

import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.handlers.Dispatcher;
import org.stoker.network.ApiVersionsTable;
import org.stoker.network.Request;
import org.stoker.network.RequestDispatcher;
import org.stoker.protocol.ApiKey;

/** Stands in for the handlers while listeners are bound already, and nobody is let in yet. */
@ThreadSafe
final class LateDispatcher implements RequestDispatcher, ApiVersionsTable {
  private volatile @Nullable Dispatcher handlers;

  void open(Dispatcher dispatcher) {
    handlers = dispatcher;
  }

  @Override
  public boolean isSupported(ApiKey apiKey, short version) {
    Dispatcher opened = handlers;
    return opened != null && opened.served().isSupported(apiKey, version);
  }

  @Override
  public void dispatch(Request request) {
    Dispatcher opened = handlers;
    if (opened == null) {
      request.closeConnection("the broker is still starting");
    } else {
      opened.dispatch(request);
    }
  }
}
