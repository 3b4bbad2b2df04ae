package org.stoker.network;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.access.Authorizer;
import org.stoker.access.Principal;
import org.stoker.base.ConfinedTo;
import org.stoker.network.ResponseOrder.Slot;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;

/**
 * One client's connection: starts its requests when their turn has come, sends their responses in
 * order, and stops reading from a client that asks for more than it takes.
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class Connection implements FrameDecoder.Sink, ResponseWriter.Sink {
  private static final long GOODBYE_MS = 500;

  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  private final Environment environment;
  private final EventLoopContext loop;
  private final Channel channel;
  private final Peer peer;
  private final ListenerService service;
  private final FrameDecoder frames;
  private final ResponseWriter responses;
  private final ResponseOrder<Frame, Response> order = new ResponseOrder<>();
  private final InOrder inOrder = new InOrder();

  private ConnectionState state = new ConnectionState.Serving(Principal.ANONYMOUS);
  private boolean isPumping;
  // Read by other threads, which search for the connection that was used least recently.
  private volatile long lastUsedNs;

  Connection(
      Environment environment,
      EventLoopContext loop,
      Channel channel,
      Peer peer,
      ListenerService service) {
    this.environment = environment;
    this.loop = loop;
    this.channel = channel;
    this.peer = peer;
    this.service = service;
    responses = new ResponseWriter(environment, loop, channel, this);
    frames =
        new FrameDecoder(
            this,
            loop.readBuffer(),
            environment.memory(),
            environment.config().requests(),
            environment.metrics(),
            environment.clock());
    lastUsedNs = environment.clock().monotonicNs();
  }

  /** Joins the pipeline: from here on the connection lives. */
  void open() {
    loop.connections().add(this);
    channel.config().setRecvByteBufAllocator(frames.receiver());
    channel.pipeline().addLast(frames);
    channel.closeFuture().addListener(_ -> closed());
  }

  Peer peer() {
    return peer;
  }

  Authorizer authorizer() {
    return service.authorizer();
  }

  InOrder inOrder() {
    return inOrder;
  }

  Executor eventLoop() {
    return loop.eventLoop();
  }

  long lastUsedNs() {
    return lastUsedNs;
  }

  @Override
  public boolean acceptsFrames() {
    return !isClosed()
        && order.size() < environment.config().requests().maxPipelinedRequests()
        && responses.hasRoom();
  }

  private boolean isClosed() {
    return state instanceof ConnectionState.Closed;
  }

  @Override
  public void frameArrived(Frame frame) {
    if (!(state instanceof ConnectionState.Serving)) {
      // Read and dropped: a socket closed over unread bytes would throw away answers on their way.
      frame.release();
      return;
    }
    order.arrived(frame, RequestDecoder.isProduce(frame.bytes().nioBuffer()));
    pump();
  }

  @Override
  public void refuse(String reason) {
    environment.metrics().requestsRejected.increment();
    environment.clientLog().info("refused", "Closing " + peer + ": it sent " + reason + ".");
    close();
  }

  @Override
  public void readCompleted() {
    lastUsedNs = frames.lastBytesNs();
    responses.flushIfNeeded();
  }

  private void closed() {
    state = new ConnectionState.Closed();
    frames.close();
    loop.connections().remove(this);
    order.dropWaiting(Frame::release);
    order.dropResponses(responses::drop);
    // Later in the loop's turn: what is given up finishes its requests.
    order.end(task -> loop.eventLoop().execute(task));
  }

  @Override
  public void failed(Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("Closing {}: {}", peer, cause.toString());
    } else if (!isClosed()) {
      log.error("Closing {} because of a bug", peer, cause);
    }
    close();
  }

  /** Says once when something waits behind the request. Called on the event loop. */
  void whenNextArrives(ConnectionRequest request, Runnable task) {
    // Later in the loop's turn: what it leads to must not happen in the middle of reading.
    order.whenNextArrives(request.slot(), () -> loop.eventLoop().execute(task));
  }

  /** Runs the task when the connection ends before the request is answered. From any thread. */
  void whenGone(ConnectionRequest request, Runnable task) {
    runOnLoop(() -> {
      if (channel.closeFuture().isDone()) {
        task.run();
      } else {
        order.whenEnded(request.slot(), task);
      }
    });
  }

  /** Finishes a request; the body is null for silence. Called from any thread. */
  void answer(ConnectionRequest request, @Nullable Message body) {
    if (loop.eventLoop().inEventLoop()) {
      answered(request, body);
      return;
    }
    try {
      loop.eventLoop().execute(() -> answered(request, body));
    } catch (RejectedExecutionException stopped) {
      abandon(request, body);
    }
  }

  /** Finishes a request by ending its connection. Called from any thread. */
  void closeInsteadOfAnswer(ConnectionRequest request, String reason) {
    environment.clientLog().info("closed", "Closing " + peer + ": " + reason + ".");
    // Closing comes first, so that nothing behind the request is started.
    runOnLoop(this::close);
    answer(request, null);
  }

  /** From now on nothing is read or started, but what was started may answer. From any thread. */
  void startNothingMore() {
    runOnLoop(() -> {
      if (state instanceof ConnectionState.Serving) {
        state = new ConnectionState.Draining();
      }
      frames.resume();
    });
  }

  /** Closes when what was started has answered; nothing more is being started. From any thread. */
  void closeWhenDrained() {
    runOnLoop(this::closeIfDrained);
  }

  /** Closes for a reason that lies with us. Called from any thread. */
  void closeBecause(String reason) {
    log.debug("Closing {}: {}", peer, reason);
    runOnLoop(this::close);
  }

  /** Called from any thread but an event loop's. */
  boolean awaitClosed(long boundNs) {
    return channel.closeFuture().awaitUninterruptibly(boundNs, TimeUnit.NANOSECONDS);
  }

  void closeIfOverdue(long nowNs) {
    if (isClosed()) {
      return;
    }
    String lateness = frames.lateness(nowNs);
    if (lateness == null) {
      lateness = responses.lateness(nowNs);
    }
    if (lateness != null) {
      closeLate(lateness);
    } else if (!responses.hasUnsent()) {
      closeIfIdle(nowNs);
    }
  }

  private void closeIfIdle(long nowNs) {
    long maxIdleMs = environment.config().connections().maxIdleMs();
    // A client that waits for us is not idle.
    boolean isWaiting = order.size() > 0 || responses.queuedBytes() > 0;
    boolean isIdle = !isWaiting && (nowNs - lastUsedNs) / 1_000_000 >= maxIdleMs;
    if (maxIdleMs >= 0 && isIdle) {
      environment.metrics().connectionsIdledOut.increment();
      log.debug("Closing {}: idle for {} ms", peer, maxIdleMs);
      close();
    }
  }

  private void closeLate(String reason) {
    environment.metrics().connectionsTimedOut.increment();
    environment.clientLog().info("late", "Closing " + peer + ": " + reason + ".");
    close();
  }

  /** Starts what may start and sends what may leave, until neither is left. */
  private void pump() {
    if (isPumping) {
      return;
    }
    isPumping = true;
    try {
      Slot<Frame, Response> next;
      do {
        order.leave(this::write);
        next = mayStart() ? order.start() : null;
        if (next != null) {
          start(next);
        }
      } while (next != null);
      order.leave(this::write);
    } finally {
      isPumping = false;
    }
  }

  private boolean mayStart() {
    return state instanceof ConnectionState.Serving && responses.hasRoom();
  }

  private void start(Slot<Frame, Response> slot) {
    ByteBuffer bytes = slot.request().bytes().nioBuffer();
    if (!RequestDecoder.isLarge(bytes)) {
      started(slot, decode(bytes));
      return;
    }
    try {
      // The frame stays until the request is answered, also if the connection ends before.
      environment.largeRequests().execute(() -> startElsewhere(slot, decode(bytes)));
    } catch (RejectedExecutionException stopped) {
      started(slot, new RequestDecoder.Outcome.Refused("a request while we stop"));
    }
  }

  private void startElsewhere(Slot<Frame, Response> slot, RequestDecoder.Outcome outcome) {
    if (outcome instanceof RequestDecoder.Outcome.Decoded decoded) {
      if (decoded.apiKey() == ApiKey.FETCH) {
        runOnLoop(slot.request()::release);
      }
      dispatch(request(slot, decoded));
    } else {
      runOnLoop(() -> {
        started(slot, outcome);
        pump();
      });
    }
  }

  /** Reads a request, which claims what it takes of the heap. Any thread. */
  RequestDecoder.Outcome decode(ByteBuffer bytes) {
    try {
      return service.requests().decode(bytes);
    } catch (RuntimeException e) {
      log.error("A request of {} cannot be read because of a bug, closing it", peer, e);
      return new RequestDecoder.Outcome.Refused("what we failed to read");
    }
  }

  private void started(Slot<Frame, Response> slot, RequestDecoder.Outcome outcome) {
    switch (outcome) {
      case RequestDecoder.Outcome.Decoded decoded -> {
        if (decoded.apiKey() == ApiKey.FETCH) {
          // Nothing in it is a view of the frame, and it may wait for minutes.
          slot.request().release();
        }
        dispatch(request(slot, decoded));
      }
      case RequestDecoder.Outcome.UnknownApiVersionsVersion(int correlationId) -> {
        slot.request().release();
        short version = 0;
        Message body = UnsupportedVersionAnswer.body();
        order.answered(slot, responses.encode(ApiKey.API_VERSIONS, version, correlationId, body));
      }
      case RequestDecoder.Outcome.Refused(String reason) -> {
        refuse(reason);
        slot.request().release();
        order.answered(slot, null);
      }
    }
  }

  private ConnectionRequest request(
      Slot<Frame, Response> slot, RequestDecoder.Outcome.Decoded decoded) {
    return new ConnectionRequest(
        this, slot, decoded, new AnswerMemory.Claim(environment.answers()));
  }

  private void dispatch(ConnectionRequest request) {
    try {
      service.dispatcher().dispatch(request);
    } catch (RuntimeException e) {
      log.error("{} failed, closing its connection", request, e);
      request.closeConnectionIfUnfinished(request + " failed");
    }
  }

  private void answered(ConnectionRequest request, @Nullable Message body) {
    Response response = null;
    if (body != null) {
      try {
        response =
            responses
                .encode(request.apiKey(), request.version(), request.correlationId(), body)
                .claimedBy(request.answerClaim());
      } catch (RuntimeException | OutOfDirectMemoryError e) {
        log.error("The response to {} cannot be written, closing its connection", request, e);
        close();
      }
    }
    if (response == null) {
      request.answerClaim().release();
    }
    request.slot().request().release();
    service.requests().release(request.claimedBytes());
    lastUsedNs = environment.clock().monotonicNs();
    if (isClosed() && response != null) {
      responses.drop(response);
      response = null;
    }
    order.answered(request.slot(), response);
    pump();
    frames.resume();
    closeIfDrained();
  }

  private void write(Response response) {
    if (isClosed()) {
      responses.drop(response);
    } else {
      responses.write(response, frames.isReading());
    }
  }

  @Override
  public void sent() {
    lastUsedNs = environment.clock().monotonicNs();
    if (order.hasWaiting()) {
      pump();
    }
    frames.resume();
    closeIfDrained();
  }

  @Override
  public void sendingFailed(Throwable cause) {
    failed(cause);
  }

  private void closeIfDrained() {
    boolean isDrained = order.unanswered() == 0 && responses.queuedBytes() == 0;
    if (state instanceof ConnectionState.Draining && isDrained) {
      sayGoodbye();
    }
  }

  /** Sends the end, and closes when the client has seen it and closed too, or does not in time. */
  private void sayGoodbye() {
    state = new ConnectionState.SayingGoodbye();
    frames.resume();
    if (channel instanceof DuplexChannel duplex) {
      var _ = duplex.shutdownOutput();
      var _ = channel.eventLoop().schedule(this::close, GOODBYE_MS, TimeUnit.MILLISECONDS);
    } else {
      close();
    }
  }

  private void close() {
    if (!isClosed()) {
      state = new ConnectionState.Closed();
      var _ = channel.close();
    }
  }

  private void runOnLoop(Runnable task) {
    if (loop.eventLoop().inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop.eventLoop().execute(task);
    } catch (RejectedExecutionException stopped) {
      log.debug("{} is gone with its event loop", peer);
    }
  }

  /** The event loop is gone, and with it everything but the memory and the files. */
  private void abandon(ConnectionRequest request, @Nullable Message body) {
    if (body != null) {
      new ResponseEncoder()
          .encode(
              channel.alloc(), request.apiKey(), request.version(), request.correlationId(), body)
          .release();
    }
    request.answerClaim().release();
    request.slot().request().release();
    service.requests().release(request.claimedBytes());
  }

  @Override
  public String toString() {
    return peer.connectionId();
  }
}
