package org.stoker.metadata;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Timers;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;

/** A command that somebody waits for. */
@ConfinedTo(MetadataLane.OWNER)
final class PendingCommand<R> {
  private static final Logger LOG = LoggerFactory.getLogger(PendingCommand.class);

  static final String UNEXPECTED =
      "The server experienced an unexpected error when processing the request.";

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

  /** What must be appended before the answer, and the image once that is applied. */
  record Decided(List<Message> records, ClusterImage after) {}

  /**
   * Keeps the reply for {@link #answer()}. A command that meets a bug is answered with an error and
   * comes to nothing, so that those beside it are decided and answered all the same.
   */
  Decided decide(Controller controller, ClusterImage image) {
    try {
      Decision<R> decision = command.decide(controller, image);
      List<Message> records = decision.records();
      // Records that contradict the image are not appended: no broker could apply them.
      ClusterImage after = records.isEmpty() ? image : ImageDraft.after(image, records);
      reply = decision.reply();
      isDecided = true;
      return new Decided(records, after);
    } catch (RuntimeException e) {
      // Without its values, which may be secret.
      LOG.error(
          "A {} could not be decided at offset {} of the metadata log",
          command.getClass().getSimpleName(),
          image.offset(),
          e);
      isDecided = true;
      reply = command.failed(ErrorCode.UNKNOWN_SERVER_ERROR, UNEXPECTED);
      return new Decided(List.of(), image);
    }
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
