package org.stoker.handlers;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.network.Request;
import org.stoker.protocol.Message;

/** Answers a request when what it waits for has come; a bug on the way closes the connection. */
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  /** Whether an answer of so many bytes may be built; closes the connection if not. */
  static boolean isTaken(Request request, long bytes) {
    if (request.tryClaim(bytes)) {
      return true;
    }
    request.closeConnection(
        "the answer to its " + request.apiKey().apiName() + " takes more memory than there is now");
    return false;
  }

  /** Makes the answer on another thread, where nobody else looks after what is thrown. */
  static void on(Executor executor, Request request, Supplier<? extends Message> answer) {
    when(CompletableFuture.supplyAsync(answer, executor), request, body -> body);
  }

  static <R extends @Nullable Object> void when(
      CompletableFuture<R> reply, Request request, Function<? super R, ? extends Message> toBody) {
    var _ =
        reply
            .thenApply(toBody)
            .whenComplete((body, failure) -> {
              if (failure == null) {
                request.respond(body);
              } else {
                LOG.error("{} failed", request, failure);
                request.closeConnection("the broker failed; its log says more");
              }
            });
  }
}
