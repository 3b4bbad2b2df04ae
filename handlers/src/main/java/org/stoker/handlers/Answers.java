package org.stoker.handlers;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.network.RequestContext;
import org.stoker.protocol.Message;

/** Answers a request when what it waits for has come; a bug on the way closes the connection. */
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  /** Whether an answer of so many bytes may be built; closes the connection if not. */
  static boolean isTaken(RequestContext context, long bytes) {
    if (context.tryClaim(bytes)) {
      return true;
    }
    context.closeConnection(
        "the answer to its " + context.apiKey().apiName() + " takes more memory than there is now");
    return false;
  }

  /** Makes the answer on another thread, where nobody else looks after what is thrown. */
  static void on(Executor executor, RequestContext context, Supplier<? extends Message> answer) {
    when(CompletableFuture.supplyAsync(answer, executor), context, body -> body);
  }

  /**
   * Answers when the reply is there. If the connection ends before, the request is finished without
   * an answer, and what it holds is given back: it may have been to wait for minutes.
   */
  static <R extends @Nullable Object> void when(
      CompletableFuture<R> reply,
      RequestContext context,
      Function<? super R, ? extends Message> toBody) {
    if (!reply.isDone()) {
      context.whenGone(() -> reply.cancel(false));
    }
    var _ =
        reply
            .thenApply(toBody)
            .whenComplete((body, failure) -> {
              if (failure == null) {
                context.respond(body);
              } else if (reply.isCancelled()) {
                context.respondNothing();
              } else {
                LOG.error("{} failed", context, failure);
                context.closeConnection("the broker failed; its log says more");
              }
            });
  }
}
