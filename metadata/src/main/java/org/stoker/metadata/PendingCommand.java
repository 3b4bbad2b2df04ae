package org.stoker.metadata;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Timers;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;

/** A command that somebody waits for. */
@ConfinedTo(MetadataLane.OWNER)
final class PendingCommand<R> {
  private final Command<R> command;
  private final CompletableFuture<R> future = new CompletableFuture<>();
  private Timers.Timer timeout = () -> {};
  private boolean isDecided;
  private R reply;

  PendingCommand(Command<R> command) {
    this.command = command;
    this.reply = command.failed(ErrorCode.UNKNOWN_SERVER_ERROR, "The command was not decided.");
  }

  CompletableFuture<R> future() {
    return future;
  }

  void timeOutWith(Timers.Timer timer) {
    timeout = timer;
  }

  /** Whether it has been decided, so that it is done as soon as its records are written. */
  boolean isDecided() {
    return isDecided;
  }

  boolean isAnswered() {
    return future.isDone();
  }

  /** Keeps the reply for {@link #answer()}, and returns what must be appended before. */
  List<Message> decide(Controller controller, ClusterImage image) {
    Decision<R> decision = command.decide(controller, image);
    reply = decision.reply();
    isDecided = true;
    return decision.records();
  }

  void answer() {
    timeout.cancel();
    future.complete(reply);
  }

  void fail(ErrorCode error, String message) {
    timeout.cancel();
    future.complete(command.failed(error, message));
  }
}
