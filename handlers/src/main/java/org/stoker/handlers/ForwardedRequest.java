package org.stoker.handlers;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stoker.access.Operation;
import org.stoker.access.Principal;
import org.stoker.access.ResourceType;
import org.stoker.network.InOrder;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;

/** A request that came in an envelope, and whose answer goes back in one. */
final class ForwardedRequest extends RequestContext {
  private final RequestContext envelope;
  private final Principal principal;
  private final InetAddress client;

  ForwardedRequest(
      RequestContext envelope, Enclosed enclosed, Principal principal, InetAddress client) {
    super(enclosed.apiKey(), enclosed.header(), enclosed.body());
    this.envelope = envelope;
    this.principal = principal;
    this.client = client;
  }

  @Override
  public Principal principal() {
    return principal;
  }

  @Override
  public InetAddress clientAddress() {
    return client;
  }

  @Override
  public boolean isForwarded() {
    return true;
  }

  @Override
  public boolean isAllowed(Principal of, Operation operation, ResourceType type, String name) {
    return envelope.isAllowed(of, operation, type, name);
  }

  @Override
  protected void answer(@Nullable Message body) {
    if (body == null) {
      envelope.respondNothing();
    } else {
      envelope.respond(Envelope.answer(this, body));
    }
  }

  @Override
  protected void closeInsteadOfAnswer(String reason) {
    // The connection is the other broker's, not the client's.
    envelope.respond(Envelope.refusal(ErrorCode.UNKNOWN_SERVER_ERROR));
  }

  @Override
  public InetSocketAddress localAddress() {
    return envelope.localAddress();
  }

  @Override
  public String listenerName() {
    return envelope.listenerName();
  }

  @Override
  public String connectionId() {
    return envelope.connectionId();
  }

  @Override
  public @Nullable Enclosed readEnclosed(ByteBuffer frame) {
    return null;
  }

  @Override
  public long receivedAtNs() {
    return envelope.receivedAtNs();
  }

  @Override
  public int sizeInBytes() {
    return envelope.sizeInBytes();
  }

  @Override
  public boolean isOnWorker() {
    return envelope.isOnWorker();
  }

  @Override
  public boolean tryClaim(long bytes) {
    return envelope.tryClaim(bytes);
  }

  @Override
  public Executor eventLoop() {
    return envelope.eventLoop();
  }

  @Override
  public InOrder inOrder() {
    return envelope.inOrder();
  }

  @Override
  public void whenNextArrives(Runnable task) {
    envelope.whenNextArrives(task);
  }

  @Override
  public void whenGone(Runnable task) {
    envelope.whenGone(task);
  }
}
