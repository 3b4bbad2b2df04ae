package org.stoker.network;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.ReferenceCounted;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;

/**
 * Sends one connection's responses, and knows how many bytes of them wait and how fast the client
 * takes them.
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class ResponseWriter {
  private static final long NS_PER_MS = 1_000_000;
  // As for the bytes of requests.
  private static final long MIN_BYTES_PER_SECOND = 32 << 10;

  private final Environment environment;
  private final EventLoopContext loop;
  private final Channel channel;
  private final Sink sink;
  private final WriteProgress progress = new WriteProgress();
  private long queuedBytes;
  private long sentBytes;
  private boolean isFlushNeeded;
  private boolean isFlushScheduled;

  /** Learns what became of responses; on the event loop. */
  interface Sink {
    /** A response is in the kernel's hands. */
    void sent();

    void sendingFailed(Throwable cause);
  }

  ResponseWriter(Environment environment, EventLoopContext loop, Channel channel, Sink sink) {
    this.environment = environment;
    this.loop = loop;
    this.channel = channel;
    this.sink = sink;
  }

  /** Bytes of responses that are encoded and not sent. */
  long queuedBytes() {
    return queuedBytes;
  }

  /** Whether another response may be made before those that wait are sent. */
  boolean hasRoom() {
    // While there are too many, each connection has one answer at most that it does not take.
    return environment.answers().hasTooManyUnsent()
        ? queuedBytes == 0
        : queuedBytes < environment.config().requests().maxQueuedResponseBytes();
  }

  /** Encodes a response, which counts as queued until it is written or dropped. */
  Response encode(ApiKey apiKey, short version, int correlationId, Message body) {
    Response response =
        loop.encoder().encode(channel.alloc(), apiKey, version, correlationId, body);
    queuedBytes += response.sizeInBytes();
    environment.metrics().responseBytesQueued.add(response.sizeInBytes());
    environment.answers().unsent(response.memoryBytes());
    return response;
  }

  /**
   * Sends a response.
   *
   * @param isFlushedLater whether {@link #flushIfNeeded} follows in the same turn of the loop
   */
  void write(Response response, boolean isFlushedLater) {
    List<ReferenceCounted> parts = response.parts();
    for (ReferenceCounted part : parts.subList(0, parts.size() - 1)) {
      var _ = channel.write(part, channel.voidPromise());
    }
    channel.write(parts.getLast()).addListener((ChannelFuture sent) -> sent(response, sent));
    isFlushNeeded = true;
    if (!isFlushedLater && !isFlushScheduled) {
      isFlushScheduled = true;
      // At the end of the loop's turn: acks that were set free together leave together.
      loop.eventLoop()
          .execute(() -> {
            isFlushScheduled = false;
            flushIfNeeded();
          });
    }
  }

  void flushIfNeeded() {
    if (isFlushNeeded) {
      isFlushNeeded = false;
      channel.flush();
    }
  }

  private void sent(Response response, ChannelFuture sent) {
    account(response);
    if (!sent.isSuccess()) {
      sink.sendingFailed(sent.cause());
      return;
    }
    sentBytes += response.sizeInBytes();
    environment.metrics().responses.increment();
    environment.metrics().bytesOut.add(response.sizeInBytes());
    sink.sent();
  }

  /** Gives up a response that will not be sent. */
  void drop(Response response) {
    account(response);
    response.release();
  }

  private void account(Response response) {
    queuedBytes -= response.sizeInBytes();
    environment.metrics().responseBytesQueued.add(-response.sizeInBytes());
    environment.answers().unsent(-response.memoryBytes());
    if (response.claim() != null) {
      response.claim().release();
    }
  }

  /** Whether bytes wait for the client to take them. */
  boolean hasUnsent() {
    ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
    return unsent != null && !unsent.isEmpty();
  }

  /** Why the client takes its responses too slowly; null if it does not. Asked again and again. */
  @Nullable String lateness(long nowNs) {
    ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
    if (unsent == null || unsent.isEmpty()) {
      progress.nothingUnsent();
      return null;
    }
    long stalledMs = progress.stalledNs(unsent, nowNs) / NS_PER_MS;
    if (stalledMs >= environment.config().requests().writeTimeoutMs()) {
      return "it took no byte of its responses for " + stalledMs + " ms";
    }
    boolean isSlow =
        progress.isSlowerThan(MIN_BYTES_PER_SECOND, sentBytes + unsent.currentProgress(), nowNs);
    return isSlow && environment.answers().isTight()
        ? "it takes its responses slowly, and others need the memory they lie in"
        : null;
  }
}
