package org.stoker.network;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A dispatcher that answers nothing by itself: the test takes the requests and answers them. */
final class HeldRequests implements RequestDispatcher {
  private final BlockingQueue<RequestContext> requests = new LinkedBlockingQueue<>();

  @Override
  public void dispatch(RequestContext request) {
    requests.add(request);
  }

  RequestContext take() throws InterruptedException {
    RequestContext request = requests.poll(30, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request was dispatched");
    }
    return request;
  }

  @Nullable RequestContext takeIfAny() {
    return requests.poll();
  }
}
