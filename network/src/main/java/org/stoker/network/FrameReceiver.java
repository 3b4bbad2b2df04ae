package org.stoker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * Where the next bytes of one connection's socket are read to: the event loop's shared buffer, or
 * the rest of the frame that is being received, so that a large frame is never copied.
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class FrameReceiver implements RecvByteBufAllocator {
  // Then other connections of the loop have their turn.
  private static final int READS_PER_TURN = 16;

  private final ByteBuf shared;
  private @Nullable ByteBuf frame;
  private @Nullable ByteBuf place;

  FrameReceiver(ByteBuf shared) {
    this.shared = shared;
  }

  /** Reads go into the frame's free bytes; null leads them back to the shared buffer. */
  void receiveInto(@Nullable ByteBuf partialFrame) {
    frame = partialFrame;
  }

  /** The claim that these bytes were read into the frame's own memory. */
  @SuppressWarnings("ReferenceEquality") // The very same buffer is meant, not equal bytes.
  boolean isInPlace(ByteBuf bytes) {
    return bytes == place;
  }

  @Override
  public ExtendedHandle newHandle() {
    return new ReadHandle();
  }

  private final class ReadHandle implements ExtendedHandle {
    private @Nullable ChannelConfig config;
    private int attemptedBytes;
    private int lastBytes;
    private int reads;
    private boolean filledShared;

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      ByteBuf partial = frame;
      if (partial == null) {
        place = null;
        // One loop reads one socket at a time, and what was read is copied out before it returns.
        return shared.clear().retain();
      }
      ByteBuf rest = partial.retainedSlice(partial.writerIndex(), partial.writableBytes());
      rest.writerIndex(0);
      place = rest;
      return rest;
    }

    @Override
    public int guess() {
      return shared.capacity();
    }

    @Override
    public void reset(ChannelConfig channelConfig) {
      config = channelConfig;
      reads = 0;
    }

    @Override
    public void incMessagesRead(int messages) {
      reads += messages;
    }

    @Override
    public void lastBytesRead(int bytes) {
      lastBytes = bytes;
      filledShared = place == null && bytes == attemptedBytes;
    }

    @Override
    public int lastBytesRead() {
      return lastBytes;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      attemptedBytes = bytes;
    }

    @Override
    public int attemptedBytesRead() {
      return attemptedBytes;
    }

    @Override
    public boolean continueReading() {
      ChannelConfig channel = config;
      // After a frame's own read the socket is empty or the frame is whole: epoll tells if not.
      return filledShared && reads < READS_PER_TURN && channel != null && channel.isAutoRead();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
      return continueReading();
    }

    @Override
    public void readComplete() {
      place = null;
    }
  }
}
