package org.stoker.network;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;

/**
 * Cuts one connection's bytes into frames, and holds no more memory for it than was reserved.
 *
 * <p>Bytes are read into a small buffer that all connections of an event loop share. A frame that
 * is whole in it is copied out once its size is reserved; of a longer frame the first few kilobytes
 * are collected as proof that somebody really sends it, then its size is reserved and the rest is
 * read from the socket straight into its place. So a connection that announces a frame and sends
 * nothing costs nothing, and beside the reserved frames a connection keeps a few kilobytes at most.
 *
 * <pre>
 * collecting ──enough──▶ (reserved?) ──yes──▶ receiving ──whole──▶ frame, collecting again
 *                             └──no──▶ waiting for memory, reading is off ──granted──▶ receiving
 * </pre>
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class FrameDecoder extends ChannelInboundHandlerAdapter {
  private static final int LENGTH_BYTES = 4;
  // Slow enough for any real link, fast enough that a drip is cut off.
  private static final int SLOWEST_BYTES_PER_MS = 32;
  private static final long STALLED_MS = 1_000;
  private static final int FIRST_COLLECTED_BYTES = 64;

  /** Who takes the frames, and says whether there is room for more. */
  interface Sink {
    boolean acceptsFrames();

    void frameArrived(Frame frame);

    /** Closes the connection because of what it sent. */
    void refuse(String reason);

    void readCompleted();

    void failed(Throwable cause);
  }

  private final Sink sink;
  private final RequestMemory memory;
  private final RequestLimits limits;
  private final NetworkMetrics metrics;
  private final Clock clock;
  private final FrameReceiver receiver;

  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf collected;
  private @Nullable ByteBuf receiving;
  private @Nullable ByteBudget receivingBudget;
  private ByteBudget.@Nullable Claim claim;
  private @Nullable ByteBudget claimBudget;
  private boolean isReading;
  private boolean isParsing;
  private boolean isClosed;
  private boolean frameBegan;
  private long frameBeganNs;
  private long lastBytesNs;

  FrameDecoder(
      Sink sink,
      ByteBuf readBuffer,
      RequestMemory memory,
      RequestLimits limits,
      NetworkMetrics metrics,
      Clock clock) {
    this.sink = sink;
    this.memory = memory;
    this.limits = limits;
    this.metrics = metrics;
    this.clock = clock;
    this.receiver = new FrameReceiver(readBuffer);
    lastBytesNs = clock.monotonicNs();
  }

  FrameReceiver receiver() {
    return receiver;
  }

  long lastBytesNs() {
    return lastBytesNs;
  }

  /** The claim that {@code readCompleted} is about to follow. */
  boolean isReading() {
    return isReading;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    isReading = true;
    try {
      lastBytesNs = clock.monotonicNs();
      metrics.bytesIn.add(bytes.readableBytes());
      if (!isClosed) {
        received(bytes);
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    isReading = false;
    sink.readCompleted();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    sink.failed(cause);
  }

  /** Gives back all that it holds; nothing is read any more. */
  void close() {
    isClosed = true;
    giveUp();
  }

  /** Goes on with bytes that waited because the sink was full. */
  void resume() {
    if (isParsing || isClosed || claim != null) {
      return;
    }
    ByteBuf waiting = collected;
    if (waiting != null && sink.acceptsFrames()) {
      lastBytesNs = clock.monotonicNs();
      parse(waiting);
      settle(waiting);
    } else {
      if (receiving == null && !sink.acceptsFrames()) {
        // From here on it is we who keep the frame waiting.
        frameBegan = false;
      }
      updateReading();
    }
  }

  /** Why this connection's frame is overdue; null while it is not. */
  @Nullable String lateness(long nowNs) {
    if (!frameBegan || claim != null) {
      return null;
    }
    ByteBuf frame = receiving;
    ByteBuf partial = frame == null ? collected : frame;
    int hereBytes = partial == null ? 0 : partial.readableBytes();
    int announcedBytes = frame == null ? 0 : frame.capacity();
    long silentMs = (nowNs - lastBytesNs) / 1_000_000;
    long totalMs = (nowNs - frameBeganNs) / 1_000_000;
    if (silentMs >= limits.readTimeoutMs()) {
      return "a frame stopped after " + hereBytes + " bytes for " + silentMs + " ms";
    }
    if (totalMs >= limits.readTimeoutMs() + announcedBytes / SLOWEST_BYTES_PER_MS) {
      return "a frame brought only " + hereBytes + " bytes in " + totalMs + " ms";
    }
    ByteBudget budget = receivingBudget;
    if (budget != null && budget.hasWaiters() && silentMs >= STALLED_MS) {
      return "a frame stopped after " + hereBytes + " bytes while others wait for its memory";
    }
    return null;
  }

  private void received(ByteBuf bytes) {
    ByteBuf frame = receiving;
    if (frame != null) {
      if (!receiver.isInPlace(bytes)) {
        frame.writeBytes(bytes, Math.min(bytes.readableBytes(), frame.writableBytes()));
      } else {
        frame.writerIndex(frame.writerIndex() + bytes.readableBytes());
        bytes.skipBytes(bytes.readableBytes());
      }
      if (!frame.isWritable()) {
        deliver(frame, requireNonNull(receivingBudget));
      }
    }
    ByteBuf source = bytes;
    ByteBuf before = collected;
    if (before != null) {
      before.writeBytes(bytes);
      source = before;
    }
    parse(source);
    settle(source);
  }

  /** Takes as many frames out of the source as there are, and as there is room for. */
  private void parse(ByteBuf source) {
    isParsing = true;
    try {
      while (!isClosed && claim == null && receiving == null && sink.acceptsFrames()) {
        if (source.readableBytes() < LENGTH_BYTES) {
          return;
        }
        int size = source.getInt(source.readerIndex());
        if (size < 0 || size > limits.maxRequestBytes()) {
          sink.refuse(BadLength.describe(size, limits.maxRequestBytes()));
          return;
        }
        int enoughBytes = Math.min(LENGTH_BYTES + size, EventLoopContext.READ_BUFFER_BYTES);
        if (source.readableBytes() < enoughBytes) {
          return;
        }
        ByteBudget budget = memory.budgetFor(size);
        if (budget.tryReserve(size)) {
          begin(source, budget, size);
        } else {
          awaitMemory(budget, size);
        }
      }
    } finally {
      isParsing = false;
    }
  }

  private void begin(ByteBuf source, ByteBudget budget, int size) {
    ByteBuf frame = requireNonNull(context).alloc().directBuffer(size, size);
    source.skipBytes(LENGTH_BYTES);
    frame.writeBytes(source, Math.min(size, source.readableBytes()));
    receiving = frame;
    receivingBudget = budget;
    frameBegan = false;
    if (frame.writerIndex() == size) {
      deliver(frame, budget);
    } else {
      receiver.receiveInto(frame);
    }
  }

  private void deliver(ByteBuf frame, ByteBudget budget) {
    receiving = null;
    receivingBudget = null;
    frameBegan = false;
    receiver.receiveInto(null);
    metrics.requests.increment();
    sink.frameArrived(new Frame(frame, budget, frame.writerIndex(), lastBytesNs));
  }

  private void awaitMemory(ByteBudget budget, int size) {
    metrics.waitsForMemory.increment();
    claimBudget = budget;
    claim =
        budget.await(
            size,
            () -> {
              try {
                requireNonNull(context).executor().execute(() -> memoryGranted(budget, size));
              } catch (RejectedExecutionException stopped) {
                budget.release(size);
              }
            });
  }

  private void memoryGranted(ByteBudget budget, int size) {
    claim = null;
    claimBudget = null;
    if (isClosed) {
      budget.release(size);
      return;
    }
    lastBytesNs = clock.monotonicNs();
    ByteBuf source = requireNonNull(collected);
    // Whoever answers the frame at once must not parse on under our feet.
    isParsing = true;
    begin(source, budget, size);
    parse(source);
    settle(source);
    sink.readCompleted();
  }

  /** Keeps what is left of the source, and decides whether to read on. */
  private void settle(ByteBuf source) {
    if (isClosed) {
      dropCollected();
      return;
    }
    if (!source.isReadable()) {
      dropCollected();
    } else if (collected != null) {
      // Then the source is what was collected, and the free room is at its end again.
      source.discardReadBytes();
    } else {
      int size = Math.max(FIRST_COLLECTED_BYTES, source.readableBytes());
      collected = requireNonNull(context).alloc().directBuffer(size).writeBytes(source);
    }
    boolean isPartial = receiving != null || (collected != null && sink.acceptsFrames());
    if (isPartial && !frameBegan) {
      frameBeganNs = lastBytesNs;
    }
    frameBegan = isPartial;
    updateReading();
  }

  private void updateReading() {
    // A frame that holds its memory is read to its end, whatever else is full.
    boolean reads = claim == null && (receiving != null || sink.acceptsFrames());
    var config = requireNonNull(context).channel().config();
    if (config.isAutoRead() != reads) {
      config.setAutoRead(reads);
    }
  }

  private void giveUp() {
    ByteBudget.Claim waiting = claim;
    if (waiting != null) {
      // If it was granted meanwhile, memoryGranted is on its way and gives it back.
      requireNonNull(claimBudget).tryCancel(waiting);
    }
    ByteBuf frame = receiving;
    if (frame != null) {
      receiver.receiveInto(null);
      int size = frame.capacity();
      frame.release();
      requireNonNull(receivingBudget).release(size);
      receiving = null;
      receivingBudget = null;
    }
    if (!isParsing) {
      dropCollected();
    }
  }

  private void dropCollected() {
    ByteBuf bytes = collected;
    if (bytes != null) {
      bytes.release();
      collected = null;
    }
  }
}
