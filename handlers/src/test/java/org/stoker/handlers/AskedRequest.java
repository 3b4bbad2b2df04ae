package org.stoker.handlers;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stoker.access.Authorizer;
import org.stoker.access.Operation;
import org.stoker.access.Principal;
import org.stoker.access.ResourceType;
import org.stoker.network.InOrder;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.message.RequestHeader;

/** A request that came from nowhere, and keeps its answer. */
final class AskedRequest extends RequestContext {
  private final Authorizer authorizer;
  private final InOrder inOrder = new InOrder();
  private @Nullable Message answer;
  private @Nullable Runnable onEnd;
  private boolean isClosed;
  private boolean isFinished;

  AskedRequest(ApiKey key, short version, Message body) {
    this(key, version, body, Authorizer.ALLOWS_ALL);
  }

  AskedRequest(ApiKey key, short version, Message body, Authorizer authorizer) {
    super(key, new RequestHeader().setRequestApiKey(key.id()).setRequestApiVersion(version), body);
    this.authorizer = authorizer;
  }

  @SuppressWarnings("unchecked") // Its body is of the API that the test asks.
  <Q extends Message> void takeTo(Handler<Q> handler) {
    handler.handle((Q) body(), this);
  }

  <R extends Message> R answer(Class<R> type) {
    return type.cast(Objects.requireNonNull(answer, "there was no answer"));
  }

  @Override
  public InOrder inOrder() {
    return inOrder;
  }

  @Override
  public void whenNextArrives(Runnable task) {
    // There is no other.
  }

  @Override
  protected void answer(@Nullable Message body) {
    isFinished = true;
    answer = body;
  }

  /** Whether it was answered, be it with silence, or its connection closed. */
  boolean isFinished() {
    return isFinished;
  }

  /** Whether the connection was closed instead. */
  boolean isClosed() {
    return isClosed;
  }

  @Override
  protected void closeInsteadOfAnswer(String reason) {
    isFinished = true;
    isClosed = true;
  }

  @Override
  public InetAddress clientAddress() {
    return InetAddress.getLoopbackAddress();
  }

  @Override
  public InetSocketAddress localAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 9092);
  }

  @Override
  public String listenerName() {
    return "PLAINTEXT";
  }

  @Override
  public String connectionId() {
    return "test";
  }

  @Override
  public Principal principal() {
    return Principal.ANONYMOUS;
  }

  @Override
  public boolean isAllowed(
      Principal principal, Operation operation, ResourceType type, String name) {
    return authorizer.isAllowed(principal, operation, type, name);
  }

  @Override
  public @Nullable Enclosed readEnclosed(ByteBuffer frame) {
    return RequestFrame.parse(frame) instanceof RequestFrame.Request request
        ? new Enclosed(request.key(), request.header(), request.readBody())
        : null;
  }

  @Override
  public void whenGone(Runnable task) {
    onEnd = task;
  }

  /** As if the client had closed its connection. */
  void end() {
    if (onEnd != null) {
      onEnd.run();
    }
  }

  @Override
  public long receivedAtNs() {
    return 0;
  }

  @Override
  public int sizeInBytes() {
    return 0;
  }

  @Override
  public Executor eventLoop() {
    return Runnable::run;
  }
}
