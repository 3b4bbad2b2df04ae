package org.stoker.network;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stoker.access.Operation;
import org.stoker.access.Principal;
import org.stoker.access.ResourceType;
import org.stoker.network.ResponseOrder.Slot;
import org.stoker.protocol.Message;

/** A request that came over a socket, and is answered there. */
final class ConnectionRequest extends RequestContext {
  private final Connection connection;
  private final Slot<Frame, Response> slot;
  private long claimedBytes;
  private final AnswerMemory.Claim answer;

  ConnectionRequest(
      Connection connection,
      Slot<Frame, Response> slot,
      RequestDecoder.Outcome.Decoded decoded,
      AnswerMemory.Claim answer) {
    super(decoded.apiKey(), decoded.header(), decoded.body());
    this.connection = connection;
    this.slot = slot;
    this.claimedBytes = decoded.claimedBytes();
    this.answer = answer;
  }

  /** What it has of the heap's budget. */
  long claimedBytes() {
    return claimedBytes;
  }

  /** What its answer has of the memory for answers. */
  AnswerMemory.Claim answerClaim() {
    return answer;
  }

  Slot<Frame, Response> slot() {
    return slot;
  }

  @Override
  public InetAddress clientAddress() {
    return connection.peer().clientAddress().getAddress();
  }

  @Override
  public InetSocketAddress localAddress() {
    return connection.peer().localAddress();
  }

  @Override
  public String listenerName() {
    return connection.peer().listener().name();
  }

  @Override
  public String connectionId() {
    return connection.peer().connectionId();
  }

  @Override
  public Principal principal() {
    return Principal.ANONYMOUS;
  }

  @Override
  public boolean isAllowed(
      Principal principal, Operation operation, ResourceType type, String name) {
    return connection.authorizer().isAllowed(principal, operation, type, name);
  }

  @Override
  public @Nullable Enclosed readEnclosed(ByteBuffer frame) {
    if (!(connection.decode(frame) instanceof RequestDecoder.Outcome.Decoded enclosed)) {
      return null;
    }
    claimedBytes += enclosed.claimedBytes();
    return new Enclosed(enclosed.apiKey(), enclosed.header(), enclosed.body());
  }

  @Override
  public void whenGone(Runnable task) {
    connection.whenGone(this, task);
  }

  @Override
  public long receivedAtNs() {
    return slot.request().receivedAtNs();
  }

  @Override
  public int sizeInBytes() {
    return slot.request().sizeInBytes();
  }

  @Override
  public boolean isOnWorker() {
    return RequestDecoder.isLarge(apiKey(), sizeInBytes());
  }

  @Override
  public boolean tryClaim(long bytes) {
    return answer.tryGrow(bytes);
  }

  @Override
  public Executor eventLoop() {
    return connection.eventLoop();
  }

  @Override
  public InOrder inOrder() {
    return connection.inOrder();
  }

  @Override
  public void whenNextArrives(Runnable task) {
    connection.whenNextArrives(this, task);
  }

  @Override
  protected void answer(@Nullable Message body) {
    connection.answer(this, body);
  }

  @Override
  protected void closeInsteadOfAnswer(String reason) {
    connection.closeInsteadOfAnswer(this, reason);
  }
}
