package org.stoker.network;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.access.Operation;
import org.stoker.access.Principal;
import org.stoker.access.ResourceType;
import org.stoker.base.ThreadSafe;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.RequestHeader;

/**
 * One request on its way through the broker: who asks, over which listener, what they may do; and
 * the only way to answer.
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
public abstract class RequestContext {
  private static final Logger LOG = LoggerFactory.getLogger(RequestContext.class);

  private final ApiKey apiKey;
  private final RequestHeader header;
  private final Message body;
  private final AtomicBoolean isFinished = new AtomicBoolean();

  protected RequestContext(ApiKey apiKey, RequestHeader header, Message body) {
    this.apiKey = apiKey;
    this.header = header;
    this.body = body;
  }

  public final ApiKey apiKey() {
    return apiKey;
  }

  public final short version() {
    return header.requestApiVersion();
  }

  public final int correlationId() {
    return header.correlationId();
  }

  public final @Nullable String clientId() {
    return header.clientId();
  }

  /** The decoded request; of the class that {@link #apiKey} names. */
  public final Message body() {
    return body;
  }

  public abstract InetAddress clientAddress();

  /** Our own end of the connection, which is how this client reaches us. */
  public abstract InetSocketAddress localAddress();

  public abstract String listenerName();

  /** As Kafka writes it, for logs and quotas. */
  public abstract String connectionId();

  /** Whose request this is; of one that another broker forwarded, the client's. */
  public abstract Principal principal();

  /**
   * Whether another broker has forwarded it in an Envelope (KIP-590), to the controller as that
   * broker believes. It is not forwarded any further, or two brokers that each believe the other to
   * be the controller would never come to an end.
   */
  public boolean isForwarded() {
    return false;
  }

  /**
   * Whether the principal may do this.
   *
   * @param name of the resource; of the cluster {@link ResourceType#THE_CLUSTER}
   */
  public final boolean isAllowed(Operation operation, ResourceType type, String name) {
    return isAllowed(principal(), operation, type, name);
  }

  /** The same of any principal, by the rules of the listener. */
  public abstract boolean isAllowed(
      Principal principal, Operation operation, ResourceType type, String name);

  /**
   * Reads a request that lies in the body of this one, by the same rules and limits; what it takes
   * of the heap is given back when this one is answered. Null if it cannot be served. Called by one
   * thread at a time, before this one is answered.
   */
  public abstract @Nullable Enclosed readEnclosed(ByteBuffer frame);

  /** A request in the body of another. */
  public record Enclosed(ApiKey apiKey, RequestHeader header, Message body) {}

  /** When its last byte was read, on the clock that the network was given. */
  public abstract long receivedAtNs();

  /** The size of the frame, without its length. */
  public abstract int sizeInBytes();

  /** Whether it is handled on a worker, because of its size, and not on the event loop. */
  public boolean isOnWorker() {
    return false;
  }

  /**
   * Asks whether the answer may take so many more bytes of the heap, before that part of it is
   * built: for answers whose size the question does not bound. Any thread; given back when the
   * answer is sent.
   *
   * @return false if the answer is too large altogether, or while others hold the memory
   */
  public boolean tryClaim(long bytes) {
    return true;
  }

  /** Runs tasks on the connection's event loop, one at a time; they never wait. */
  public abstract Executor eventLoop();

  /** The line of this connection's requests; on its event loop. */
  public abstract InOrder inOrder();

  /**
   * Says, once, on the event loop, when another request has arrived that must wait for this one's
   * answer; at once if one has. Called on the event loop.
   */
  public abstract void whenNextArrives(Runnable task);

  /**
   * Runs the task if the connection ends before the request is finished: once, on the event loop,
   * soon after. What waits for something to happen is given up then, and finishes the request.
   */
  public abstract void whenGone(Runnable task);

  /**
   * The task, which closes the connection if it throws before the request is finished: for work on
   * other threads, where nobody else looks after what is thrown.
   */
  public final Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.error("{} failed", this, e);
        closeConnectionIfUnfinished("the broker failed; its log says more");
      }
    };
  }

  /** Sends the answer in its turn; null for silence. Called once, from any thread. */
  protected abstract void answer(@Nullable Message body);

  /** Ends the connection instead of answering. Called once, from any thread. */
  protected abstract void closeInsteadOfAnswer(String reason);

  /** Answers with a body of this request's API, written in this request's version. */
  public final void respond(Message body) {
    finish();
    answer(body);
  }

  /** Answers with silence, as produce with acks=0 wants it. */
  public final void respondNothing() {
    finish();
    answer(null);
  }

  /** Answers by closing the connection; the reason goes to the log. */
  public final void closeConnection(String reason) {
    finish();
    closeInsteadOfAnswer(reason);
  }

  /** Closes the connection unless the request was finished: for whoever gives up on it. */
  public final void closeConnectionIfUnfinished(String reason) {
    if (isFinished.compareAndSet(false, true)) {
      closeInsteadOfAnswer(reason);
    }
  }

  private void finish() {
    if (!isFinished.compareAndSet(false, true)) {
      throw new IllegalStateException(this + " was finished twice");
    }
  }

  @Override
  public final String toString() {
    return apiKey().apiName()
        + " v"
        + version()
        + ", correlationId="
        + correlationId()
        + " on "
        + connectionId();
  }
}
