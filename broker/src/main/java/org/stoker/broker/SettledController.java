package org.stoker.broker;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.stoker.base.Clock;
import org.stoker.base.Timers;
import org.stoker.handlers.ControllerPort;
import org.stoker.metadata.Command;

/**
 * The controller, answering when this broker serves what was changed. That a disk is slow to open
 * what was made does not undo it: when the time of the request is up, the answer says what was
 * decided.
 *
 * @param settled completes when this broker serves what is in its newest image
 */
record SettledController(
    ControllerPort controller,
    Supplier<CompletableFuture<Void>> settled,
    Clock clock,
    Timers timers)
    implements ControllerPort {
  @Override
  public <R> CompletableFuture<R> submit(Command<R> command, long timeoutMs) {
    long deadlineMs = clock.monotonicMs() + timeoutMs;
    return controller
        .submit(command, timeoutMs)
        .thenCompose(reply -> settledBy(deadlineMs).thenApply(_ -> reply));
  }

  private CompletableFuture<Void> settledBy(long deadlineMs) {
    CompletableFuture<Void> wanted = settled.get();
    if (wanted.isDone()) {
      return wanted;
    }
    var ended = new CompletableFuture<Void>();
    Timers.Timer timeUp =
        timers.after(Math.max(0, deadlineMs - clock.monotonicMs()), () -> ended.complete(null));
    var _ =
        wanted.thenRun(() -> {
          timeUp.cancel();
          ended.complete(null);
        });
    return ended;
  }
}
