package org.stoker.network;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A dispatcher that answers nothing by itself: the test takes the requests and answers them. */
final class HeldRequests implements RequestDispatcher {
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();

  @Override
  public void dispatch(Request request) {
    requests.add(request);
  }

  Request take() throws InterruptedException {
    Request request = requests.poll(30, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request was dispatched");
    }
    return request;
  }

  @Nullable Request takeIfAny() {
    return requests.poll();
  }
}
