package org.stoker.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.handlers.ControllerForward;
import org.stoker.handlers.ControllerPort;
import org.stoker.handlers.Envelope;
import org.stoker.handlers.ServedApis;
import org.stoker.metadata.Command;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.EnvelopeRequest;
import org.stoker.protocol.message.EnvelopeResponse;

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
      return ask(call.request())
          .thenApply(answer ->
              answer == null
                  ? command.failed(ErrorCode.REQUEST_TIMED_OUT, "The controller did not answer.")
                  : call.reply().apply(answer));
    }
    return own.submit(command, timeoutMs);
  }

  /** What clients may ask too goes in an envelope, so that the other side takes it no further. */
  private CompletableFuture<@Nullable Message> ask(Message request) {
    ApiKey key = Objects.requireNonNull(ApiKey.forId(request.apiKey()));
    return ServedApis.isBetweenBrokers(key)
        ? elsewhere.send(request)
        : enclosed(Envelope.ofBroker(request), key, key.highestStableVersion());
  }

  private CompletableFuture<@Nullable Message> enclosed(
      EnvelopeRequest envelope, ApiKey key, short version) {
    return elsewhere.send(envelope, answer -> read((EnvelopeResponse) answer, key, version));
  }

  private static Message read(EnvelopeResponse answer, ApiKey key, short version) {
    try {
      return Envelope.read(answer, key, version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isElsewhere() {
    return elsewhere.isElsewhere();
  }

  @Override
  public CompletableFuture<@Nullable Message> forward(RequestContext context) {
    return enclosed(Envelope.of(context), context.apiKey(), context.version());
  }
}
