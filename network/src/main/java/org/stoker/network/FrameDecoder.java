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
 * are collected as proof that somebody really sends it, then a place is reserved and the rest is
 * read from the socket straight into it. The place of a usual frame has the frame's size as long as
 * there is plenty of memory; otherwise it begins small and doubles whenever it is full. So a
 * connection that announces a frame and sends nothing costs nothing, and one that sends little
 * holds little.
 *
 * <pre>
 * collecting ──enough──▶ (reserved?) ──yes──▶ receiving ──whole──▶ frame, collecting again
 *                             │                │    ▲
 *                             │             full  granted (reading is off meanwhile)
 *                             │                ▼    │
 *                             │                growing ──waited too long──▶ closed
 *                             └──no──▶ waiting for memory, reading is off ──granted──▶ receiving
 * </pre>
 *
 * <p>A frame must be whole in a time that follows from what has come of it. While others wait for
 * memory that time is short, so that the slowest frames go first.
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class FrameDecoder extends ChannelInboundHandlerAdapter {
  private static final int LENGTH_BYTES = 4;
  // Slow enough for any real link, fast enough that a drip is cut off.
  private static final int SLOWEST_BYTES_PER_MS = 32;
  // While others wait for the memory that a frame holds.
  private static final int SLOWEST_BYTES_PER_MS_WHEN_SHORT = 64;
  private static final int SLOWEST_BYTES_PER_MS_WHEN_EXCEEDING = 1_024;
  private static final long STALLED_MS = 1_000;
  private static final long MAX_GROWTH_WAIT_MS = 2_000;
  private static final int USUAL_FRAME_BYTES = 1 << 20;
  private static final int FIRST_PLACE_BYTES = 64 << 10;
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
  private int announcedBytes;
  private boolean mayExceed;
  private ByteBudget.@Nullable Claim claim;
  private @Nullable ByteBudget claimBudget;
  private long growthAskedNs;
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
    ByteBuf frame = receiving;
    if (claim != null) {
      long waitedMs = (nowNs - growthAskedNs) / 1_000_000;
      return frame != null && waitedMs >= MAX_GROWTH_WAIT_MS
          ? "for " + waitedMs + " ms there was no memory for more of a frame of " + announcedBytes
          : null;
    }
    if (!frameBegan) {
      return null;
    }
    ByteBuf partial = frame == null ? collected : frame;
    int hereBytes = partial == null ? 0 : partial.readableBytes();
    long silentMs = (nowNs - lastBytesNs) / 1_000_000;
    long totalMs = (nowNs - frameBeganNs) / 1_000_000;
    if (silentMs >= limits.readTimeoutMs()) {
      return "a frame stopped after " + hereBytes + " bytes for " + silentMs + " ms";
    }
    // By what has come and not by what was announced: a drip must not buy time with a number.
    if (totalMs >= limits.readTimeoutMs() + hereBytes / SLOWEST_BYTES_PER_MS) {
      return "a frame brought only " + hereBytes + " bytes in " + totalMs + " ms";
    }
    ByteBudget budget = receivingBudget;
    if (budget == null || !budget.hasWaiters()) {
      return null;
    }
    int slowest = mayExceed ? SLOWEST_BYTES_PER_MS_WHEN_EXCEEDING : SLOWEST_BYTES_PER_MS_WHEN_SHORT;
    return silentMs >= STALLED_MS || totalMs >= STALLED_MS + hereBytes / slowest
        ? "a frame brought only "
            + hereBytes
            + " bytes in "
            + totalMs
            + " ms while others wait for its memory"
        : null;
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
        placeIsFull(frame, requireNonNull(receivingBudget));
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
        int place = firstPlaceBytes(budget, size);
        if (budget.tryReserve(place)) {
          begin(source, budget, place, size);
        } else {
          awaitMemory(budget, place, size);
        }
      }
    } finally {
      isParsing = false;
    }
  }

  private static int firstPlaceBytes(ByteBudget budget, int size) {
    int usual = Math.min(size, USUAL_FRAME_BYTES);
    return budget.isPlentyWith(usual) ? usual : Math.min(size, FIRST_PLACE_BYTES);
  }

  private void begin(ByteBuf source, ByteBudget budget, int place, int size) {
    ByteBuf frame = requireNonNull(context).alloc().directBuffer(place, place);
    source.skipBytes(LENGTH_BYTES);
    frame.writeBytes(source, Math.min(place, source.readableBytes()));
    receiving = frame;
    receivingBudget = budget;
    announcedBytes = size;
    mayExceed = false;
    frameBegan = false;
    if (frame.writerIndex() == size) {
      deliver(frame, budget);
    } else {
      receiver.receiveInto(frame);
    }
  }

  private void placeIsFull(ByteBuf frame, ByteBudget budget) {
    if (frame.capacity() == announcedBytes) {
      deliver(frame, budget);
      return;
    }
    int more = Math.min(announcedBytes - frame.capacity(), frame.capacity());
    if (mayExceed) {
      budget.exceed(more);
      grow(frame, more);
    } else if (budget.tryGrow(more)) {
      grow(frame, more);
    } else if (budget.tryExceed(more)) {
      mayExceed = true;
      grow(frame, more);
    } else {
      awaitGrowth(budget, more);
    }
  }

  private void grow(ByteBuf full, int more) {
    int size = full.capacity() + more;
    ByteBuf larger = requireNonNull(context).alloc().directBuffer(size, size).writeBytes(full);
    full.release();
    receiving = larger;
    receiver.receiveInto(larger);
  }

  private void awaitGrowth(ByteBudget budget, int more) {
    metrics.waitsForMemory.increment();
    growthAskedNs = clock.monotonicNs();
    claimBudget = budget;
    claim = budget.awaitGrowth(more, () -> onLoop(() -> growthGranted(budget, more), budget, more));
  }

  private void growthGranted(ByteBudget budget, int more) {
    boolean exceeds = requireNonNull(claim).mayExceed();
    claim = null;
    claimBudget = null;
    ByteBuf frame = receiving;
    if (isClosed || frame == null) {
      budget.release(more);
      if (exceeds) {
        budget.endExceeding();
      }
      return;
    }
    mayExceed = exceeds;
    long nowNs = clock.monotonicNs();
    // It was we who kept the frame waiting.
    frameBeganNs += nowNs - growthAskedNs;
    lastBytesNs = nowNs;
    grow(frame, more);
    updateReading();
  }

  private void deliver(ByteBuf frame, ByteBudget budget) {
    receiving = null;
    receivingBudget = null;
    frameBegan = false;
    receiver.receiveInto(null);
    metrics.requests.increment();
    sink.frameArrived(new Frame(frame, budget, mayExceed, lastBytesNs));
  }

  private void awaitMemory(ByteBudget budget, int place, int size) {
    metrics.waitsForMemory.increment();
    claimBudget = budget;
    claim =
        budget.await(place, () -> onLoop(() -> memoryGranted(budget, place, size), budget, place));
  }

  /** Grants come on any thread; one that comes when the loop has ended is given back. */
  private void onLoop(Runnable task, ByteBudget budget, int bytes) {
    try {
      requireNonNull(context).executor().execute(task);
    } catch (RejectedExecutionException stopped) {
      budget.release(bytes);
    }
  }

  private void memoryGranted(ByteBudget budget, int place, int size) {
    claim = null;
    claimBudget = null;
    if (isClosed) {
      budget.release(place);
      return;
    }
    lastBytesNs = clock.monotonicNs();
    ByteBuf source = requireNonNull(collected);
    // Whoever answers the frame at once must not parse on under our feet.
    isParsing = true;
    begin(source, budget, place, size);
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
      // If it was granted meanwhile, the grant is on its way and gives it back.
      requireNonNull(claimBudget).tryCancel(waiting);
    }
    ByteBuf frame = receiving;
    if (frame != null) {
      receiver.receiveInto(null);
      int size = frame.capacity();
      frame.release();
      requireNonNull(receivingBudget).release(size);
      if (mayExceed) {
        requireNonNull(receivingBudget).endExceeding();
      }
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
