package org.stoker.network;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCounted;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.network.ResponseOrder.Slot;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;

/**
 * One client's connection: starts its requests when their turn has come, sends their responses in
 * order, and stops reading from a client that asks for more than it takes.
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class Connection implements FrameDecoder.Sink {
  private static final long GOODBYE_MS = 500;
  // As for the bytes of requests.
  private static final long SLOWEST_BYTES_PER_SECOND = 32 << 10;

  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  private final Environment environment;
  private final EventLoopContext loop;
  private final Channel channel;
  private final Peer peer;
  private final RequestDecoder requests;
  private final RequestDispatcher dispatcher;
  private final FrameDecoder frames;
  private final ResponseOrder<Frame, Response> order = new ResponseOrder<>();
  private final WriteProgress progress = new WriteProgress();

  private long queuedResponseBytes;
  private long sentBytes;
  private boolean isPumping;
  private boolean isFlushNeeded;
  private boolean isFlushScheduled;
  private boolean isDraining;
  private boolean isGoodbyeSaid;
  private boolean isClosing;
  // Read by other threads, which search for the connection that was used least recently.
  private volatile long lastUsedNs;

  Connection(
      Environment environment,
      EventLoopContext loop,
      Channel channel,
      Peer peer,
      RequestDecoder requests,
      RequestDispatcher dispatcher) {
    this.environment = environment;
    this.loop = loop;
    this.channel = channel;
    this.peer = peer;
    this.requests = requests;
    this.dispatcher = dispatcher;
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

  Executor eventLoop() {
    return loop.eventLoop();
  }

  long lastUsedNs() {
    return lastUsedNs;
  }

  @Override
  public boolean acceptsFrames() {
    return !isClosing
        && order.size() < environment.config().requests().maxPipelinedRequests()
        && hasRoomForResponses();
  }

  @Override
  public void frameArrived(Frame frame) {
    if (isDraining) {
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
    flushIfNeeded();
  }

  private void closed() {
    isClosing = true;
    frames.close();
    loop.connections().remove(this);
    order.dropWaiting(Frame::release);
    order.dropResponses(this::drop);
  }

  @Override
  public void failed(Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("Closing {}: {}", peer, cause.toString());
    } else if (!isClosing) {
      log.error("Closing {} because of a bug", peer, cause);
    }
    close();
  }

  /** Says once when something waits behind the request. Called on the event loop. */
  void whenNextArrives(ConnectionRequest request, Runnable task) {
    // Later in the loop's turn: what it leads to must not happen in the middle of reading.
    order.whenNextArrives(request.slot(), () -> loop.eventLoop().execute(task));
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
      isDraining = true;
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
    if (isClosing) {
      return;
    }
    String lateness = frames.lateness(nowNs);
    if (lateness != null) {
      closeLate(lateness);
      return;
    }
    ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
    if (unsent != null && !unsent.isEmpty()) {
      long stalledMs = progress.stalledNs(unsent, nowNs) / 1_000_000;
      if (stalledMs >= environment.config().requests().writeTimeoutMs()) {
        closeLate("it took no byte of its responses for " + stalledMs + " ms");
      } else if (progress.isSlowerThan(
              SLOWEST_BYTES_PER_SECOND, sentBytes + unsent.currentProgress(), nowNs)
          && environment.answers().isTight()) {
        closeLate("it takes its responses slowly, and others need the memory they lie in");
      }
      return;
    }
    progress.nothingUnsent();
    long maxIdleMs = environment.config().connections().maxIdleMs();
    // A client that waits for us is not idle.
    boolean isWaiting = order.size() > 0 || queuedResponseBytes > 0;
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
    return !isClosing && !isDraining && hasRoomForResponses();
  }

  private boolean hasRoomForResponses() {
    // While there are too many, each connection has one answer at most that it does not take.
    return environment.answers().hasTooManyUnsent()
        ? queuedResponseBytes == 0
        : queuedResponseBytes < environment.config().requests().maxQueuedResponseBytes();
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

  private RequestDecoder.Outcome decode(ByteBuffer bytes) {
    try {
      return requests.decode(bytes);
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
        order.answered(slot, encode(ApiKey.API_VERSIONS, version, correlationId, body));
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
      dispatcher.dispatch(request);
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
            encode(request.apiKey(), request.version(), request.correlationId(), body)
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
    requests.release(request.claimedBytes());
    lastUsedNs = environment.clock().monotonicNs();
    if (isClosing && response != null) {
      drop(response);
      response = null;
    }
    order.answered(request.slot(), response);
    pump();
    frames.resume();
    closeIfDrained();
  }

  private Response encode(ApiKey apiKey, short version, int correlationId, Message body) {
    Response response =
        loop.encoder().encode(channel.alloc(), apiKey, version, correlationId, body);
    queuedResponseBytes += response.sizeInBytes();
    environment.metrics().responseBytesQueued.add(response.sizeInBytes());
    environment.answers().unsent(response.memoryBytes());
    return response;
  }

  private void write(Response response) {
    if (isClosing) {
      drop(response);
      return;
    }
    List<ReferenceCounted> parts = response.parts();
    for (ReferenceCounted part : parts.subList(0, parts.size() - 1)) {
      var _ = channel.write(part, channel.voidPromise());
    }
    channel.write(parts.getLast()).addListener((ChannelFuture sent) -> sent(response, sent));
    isFlushNeeded = true;
    if (!frames.isReading() && !isFlushScheduled) {
      isFlushScheduled = true;
      // At the end of the loop's turn: acks that were set free together leave together.
      loop.eventLoop()
          .execute(() -> {
            isFlushScheduled = false;
            flushIfNeeded();
          });
    }
  }

  private void flushIfNeeded() {
    if (isFlushNeeded) {
      isFlushNeeded = false;
      channel.flush();
    }
  }

  private void sent(Response response, ChannelFuture sent) {
    account(response);
    if (!sent.isSuccess()) {
      failed(sent.cause());
      return;
    }
    lastUsedNs = environment.clock().monotonicNs();
    sentBytes += response.sizeInBytes();
    environment.metrics().responses.increment();
    environment.metrics().bytesOut.add(response.sizeInBytes());
    if (order.hasWaiting()) {
      pump();
    }
    frames.resume();
    closeIfDrained();
  }

  private void drop(Response response) {
    account(response);
    response.release();
  }

  private void account(Response response) {
    queuedResponseBytes -= response.sizeInBytes();
    environment.metrics().responseBytesQueued.add(-response.sizeInBytes());
    environment.answers().unsent(-response.memoryBytes());
    if (response.claim() != null) {
      response.claim().release();
    }
  }

  private void closeIfDrained() {
    if (isDraining && !isClosing && order.unanswered() == 0 && queuedResponseBytes == 0) {
      sayGoodbye();
    }
  }

  /** Sends the end, and closes when the client has seen it and closed too, or does not in time. */
  private void sayGoodbye() {
    if (isGoodbyeSaid) {
      return;
    }
    isGoodbyeSaid = true;
    frames.resume();
    if (channel instanceof DuplexChannel duplex) {
      var _ = duplex.shutdownOutput();
      var _ = channel.eventLoop().schedule(this::close, GOODBYE_MS, TimeUnit.MILLISECONDS);
    } else {
      close();
    }
  }

  private void close() {
    if (!isClosing) {
      isClosing = true;
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
    requests.release(request.claimedBytes());
  }

  @Override
  public String toString() {
    return peer.connectionId();
  }
}
