package org.stoker.handlers;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stoker.network.Request;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.RequestHeader;

/** A request that came from nowhere, and keeps its answer. */
final class AskedRequest extends Request {
  private @Nullable Message answer;
  private boolean isClosed;

  AskedRequest(ApiKey key, short version, Message body) {
    super(key, new RequestHeader().setRequestApiKey(key.id()).setRequestApiVersion(version), body);
  }

  <R extends Message> R answer(Class<R> type) {
    return type.cast(Objects.requireNonNull(answer, "there was no answer"));
  }

  @Override
  public void whenNextArrives(Runnable task) {
    // There is no other.
  }

  @Override
  protected void answer(@Nullable Message body) {
    answer = body;
  }

  /** Whether the connection was closed instead. */
  boolean isClosed() {
    return isClosed;
  }

  @Override
  protected void closeInsteadOfAnswer(String reason) {
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
