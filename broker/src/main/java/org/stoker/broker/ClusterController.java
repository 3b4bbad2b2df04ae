package org.stoker.broker;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.handlers.ControllerForward;
import org.stoker.handlers.ControllerPort;
import org.stoker.metadata.Command;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;

/** The controller, wherever it is. */
final class ClusterController implements ControllerPort, ControllerForward {
  private final ControllerPort own;
  private final ControllerLink elsewhere;

  /**
   * @param own this broker's own, which refuses while another broker is the controller
   */
  ClusterController(ControllerPort own, ControllerLink elsewhere) {
    this.own = own;
    this.elsewhere = elsewhere;
  }

  @Override
  public <R> CompletableFuture<R> submit(Command<R> command, long timeoutMs) {
    RemoteCommands.Call<R> call =
        elsewhere.isElsewhere() ? RemoteCommands.of(command, timeoutMs) : null;
    if (call != null) {
      return elsewhere
          .send(call.request())
          .thenApply(answer ->
              answer == null
                  ? command.failed(ErrorCode.REQUEST_TIMED_OUT, "The controller did not answer.")
                  : call.reply().apply(answer));
    }
    return own.submit(command, timeoutMs);
  }

  @Override
  public boolean isElsewhere() {
    return elsewhere.isElsewhere();
  }

  @Override
  public CompletableFuture<@Nullable Message> forward(Message request, short version) {
    return elsewhere.send(request, version);
  }
}
