package org.stoker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCounted;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.BufferGrowth;
import org.stoker.protocol.Message;
import org.stoker.protocol.ResponseFrame;
import org.stoker.protocol.WireWriter;
import org.stoker.records.FileRecordBytes;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

/**
 * Turns a response into the parts that are sent: its own bytes are written once into a buffer that
 * is used again and copied out at their true size; records are sent from where they lie.
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class ResponseEncoder {
  private static final int BUFFER_BYTES = 16 << 10;

  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

  Response encode(
      ByteBufAllocator allocator, ApiKey apiKey, short version, int correlationId, Message body) {
    // A response that is larger than the buffer grows on the heap, and the growth is dropped.
    var out = new WireWriter(buffer.clear(), BufferGrowth.DOUBLING);
    var parts = new Parts(allocator);
    try {
      ResponseFrame.write(out, apiKey, version, correlationId, body);
      out.forEachPart(parts);
    } catch (RuntimeException | OutOfDirectMemoryError e) {
      // What was taken into parts gives itself back; the files behind are still ours to give back.
      parts.dropAll(out);
      throw e;
    }
    return new Response(
        Collections.unmodifiableList(parts.list), out.size(), parts.memoryBytes, null);
  }

  private static final class Parts implements WireWriter.PartVisitor {
    private final ByteBufAllocator allocator;
    private final List<ReferenceCounted> list = new ArrayList<>(1);
    private int recordsTaken;
    private long memoryBytes;

    Parts(ByteBufAllocator allocator) {
      this.allocator = allocator;
    }

    @Override
    public void bytes(ByteBuffer part) {
      memoryBytes += part.remaining();
      ByteBuf copy = allocator.directBuffer(part.remaining(), part.remaining());
      list.add(copy.writeBytes(part));
    }

    @Override
    public void records(RecordBytes part) {
      switch (part) {
        case FileRecordBytes file -> Collections.addAll(list, SegmentRegion.piecesOf(file));
        case MemoryRecordBytes memory -> {
          memoryBytes += memory.sizeInBytes();
          list.add(Unpooled.wrappedBuffer(memory.buffer()));
        }
        default -> throw new IllegalStateException("records that cannot be sent: " + part);
      }
      recordsTaken++;
    }

    void dropAll(WireWriter out) {
      list.forEach(ReferenceCounted::release);
      for (WireWriter.Splice splice : out.splices().subList(recordsTaken, out.splices().size())) {
        if (splice.records() instanceof FileRecordBytes file) {
          file.release();
        }
      }
    }
  }
}
