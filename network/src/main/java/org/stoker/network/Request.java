package org.stoker.network;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.network.ResponseOrder.Slot;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;

/**
 * One request on its way through the broker, and the only way to answer it.
 *
 * <p>It is finished by exactly one call, from any thread, of {@link #respond}, {@link
 * #respondNothing} or {@link #closeConnection}; a second call throws. The record slices in the body
 * are views of the frame that came from the socket: they are valid until the request is finished
 * and must not be touched or sent afterwards, so who needs bytes for longer copies them. A request
 * that is never finished keeps its frame's memory and holds up its connection.
 *
 * <p>It is finished also when the connection is closed meanwhile; the answer is then dropped, and
 * the file records in it are released.
 */
@ThreadSafe
public final class Request {
  private static final String ANONYMOUS = "ANONYMOUS";

  private final Connection connection;
  private final Slot<Frame, Response> slot;
  private final RequestDecoder.Outcome.Decoded decoded;
  private final AtomicBoolean isFinished = new AtomicBoolean();

  Request(
      Connection connection, Slot<Frame, Response> slot, RequestDecoder.Outcome.Decoded decoded) {
    this.connection = connection;
    this.slot = slot;
    this.decoded = decoded;
  }

  public ApiKey apiKey() {
    return decoded.apiKey();
  }

  public short version() {
    return decoded.header().requestApiVersion();
  }

  public int correlationId() {
    return decoded.header().correlationId();
  }

  public @Nullable String clientId() {
    return decoded.header().clientId();
  }

  /** The decoded request; of the class that {@link #apiKey} names. */
  public Message body() {
    return decoded.body();
  }

  public InetAddress clientAddress() {
    return connection.peer().clientAddress().getAddress();
  }

  /** Our own end of the connection, which is how this client reaches us. */
  public InetSocketAddress localAddress() {
    return connection.peer().localAddress();
  }

  public String listenerName() {
    return connection.peer().listener().name();
  }

  /** As Kafka writes it, for logs and quotas. */
  public String connectionId() {
    return connection.peer().connectionId();
  }

  public String principalName() {
    return ANONYMOUS;
  }

  /** When its last byte was read, on the clock that the network was given. */
  public long receivedAtNs() {
    return slot.request().receivedAtNs();
  }

  /** The size of the frame, without its length. */
  public int sizeInBytes() {
    return slot.request().sizeInBytes();
  }

  /** Runs tasks on the connection's event loop, one at a time; they never wait. */
  public Executor eventLoop() {
    return connection.eventLoop();
  }

  /** Answers with a body of this request's API, written in this request's version. */
  public void respond(Message body) {
    finish();
    connection.answer(this, body);
  }

  /** Answers with silence, as produce with acks=0 wants it. */
  public void respondNothing() {
    finish();
    connection.answer(this, null);
  }

  /** Answers by closing the connection; the reason goes to the log. */
  public void closeConnection(String reason) {
    finish();
    connection.closeInsteadOfAnswer(this, reason);
  }

  /** Closes the connection unless the request was finished: for whoever gives up on it. */
  void closeConnectionIfUnfinished(String reason) {
    if (isFinished.compareAndSet(false, true)) {
      connection.closeInsteadOfAnswer(this, reason);
    }
  }

  Slot<Frame, Response> slot() {
    return slot;
  }

  private void finish() {
    if (!isFinished.compareAndSet(false, true)) {
      throw new IllegalStateException(this + " was finished twice");
    }
  }

  @Override
  public String toString() {
    return apiKey().apiName()
        + " v"
        + version()
        + ", correlationId="
        + correlationId()
        + " on "
        + connectionId();
  }
}
