package org.stoker.network;

import java.nio.ByteBuffer;
import org.stoker.base.HeapBudget;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.Message;
import org.stoker.protocol.MessageTooLargeException;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.message.RequestHeader;

/**
 * Reads a frame as a request, if this listener serves such a request.
 *
 * <p>What a request takes on the heap, decoded, looked up and answered, is claimed from a budget
 * until it is answered. Small requests are always let through: their number is bounded by the
 * connections'. Of the others the largest may only use half of the budget, so that they do not keep
 * out those of a usual size; while there is no memory for it, a request closes its connection.
 */
final class RequestDecoder {
  // Objects in the request become objects in the handler and in the response.
  private static final int HANDLING_FACTOR = 4;
  private static final int LARGE_BYTES = 64 << 10;
  private static final long FREE_HEAP_BYTES = 16 << 10;
  private static final long USUAL_HEAP_BYTES = 256 << 10;
  // Produce requests are handled on the event loop.
  private static final long MAX_PRODUCE_HEAP_BYTES = 2 << 20;

  private final ApiVersionsTable versions;
  private final HeapBudget heap;
  private final long maxHeapBytes;

  RequestDecoder(ApiVersionsTable versions, HeapBudget heap) {
    this.versions = versions;
    this.heap = heap;
    this.maxHeapBytes = heap.capacityBytes() / 2 / HANDLING_FACTOR;
  }

  /** What a frame turned out to be. */
  sealed interface Outcome {
    /** Whoever gets it releases the claimed bytes when it is answered. */
    record Decoded(ApiKey apiKey, RequestHeader header, Message body, long claimedBytes)
        implements Outcome {}

    /** A client that is newer than we are asks what we know: it gets an answer (KIP-511). */
    record UnknownApiVersionsVersion(int correlationId) implements Outcome {}

    /** The connection is closed. */
    record Refused(String reason) implements Outcome {}
  }

  /** The claim that a frame holds a produce request: the only kind that overlaps. */
  static boolean isProduce(ByteBuffer frame) {
    return frame.remaining() >= Short.BYTES
        && frame.getShort(frame.position()) == ApiKey.PRODUCE.id();
  }

  /** Whether reading and handling it would hold an event loop up. */
  static boolean isLarge(ByteBuffer frame) {
    return frame.remaining() > LARGE_BYTES && !isProduce(frame);
  }

  /** The same of a request; large produce requests are so because of their records. */
  static boolean isLarge(ApiKey apiKey, int sizeInBytes) {
    return sizeInBytes > LARGE_BYTES && apiKey != ApiKey.PRODUCE;
  }

  Outcome decode(ByteBuffer frame) {
    try {
      long maxBytes =
          isProduce(frame) ? Math.min(maxHeapBytes, MAX_PRODUCE_HEAP_BYTES) : maxHeapBytes;
      return switch (RequestFrame.parse(frame, maxBytes)) {
        case RequestFrame.Request request -> decodeBody(request);
        case RequestFrame.UnknownVersion(ApiKey apiKey, RequestHeader header) ->
            unsupported(apiKey, header);
        case RequestFrame.UnknownKey(short apiKey, short version) ->
            new Outcome.Refused("version " + version + " of the unknown api key " + apiKey);
      };
    } catch (MessageTooLargeException e) {
      return new Outcome.Refused("a request header that takes " + e.getMessage());
    } catch (MalformedMessageException e) {
      return new Outcome.Refused("a malformed request header: " + e.getMessage());
    }
  }

  private Outcome decodeBody(RequestFrame.Request request) {
    ApiKey apiKey = request.key();
    RequestHeader header = request.header();
    if (!versions.isSupported(apiKey, request.version())) {
      return unsupported(apiKey, header);
    }
    try {
      Message body = request.readBody();
      long claimedBytes = claimFor(request.heapBytes());
      return claimedBytes < 0
          ? new Outcome.Refused(
              "a " + nameOf(apiKey, header) + ", while others hold the memory it takes")
          : new Outcome.Decoded(apiKey, header, body, claimedBytes);
    } catch (MessageTooLargeException e) {
      return new Outcome.Refused("a " + nameOf(apiKey, header) + ", that takes " + e.getMessage());
    } catch (MalformedMessageException e) {
      return new Outcome.Refused("a malformed " + nameOf(apiKey, header) + ": " + e.getMessage());
    }
  }

  /** Negative when there is no memory. */
  private long claimFor(long heapBytes) {
    if (heapBytes <= FREE_HEAP_BYTES) {
      return 0;
    }
    long bytes = heapBytes * HANDLING_FACTOR;
    boolean isUsual = heapBytes <= USUAL_HEAP_BYTES;
    boolean mayClaim = isUsual || heap.usedBytes() + bytes <= heap.capacityBytes() / 2;
    return mayClaim && heap.tryClaim(bytes) ? bytes : -1;
  }

  /** Gives back what a decoded request has claimed. */
  void release(long claimedBytes) {
    if (claimedBytes > 0) {
      heap.release(claimedBytes);
    }
  }

  private static Outcome unsupported(ApiKey apiKey, RequestHeader header) {
    return apiKey == ApiKey.API_VERSIONS
        ? new Outcome.UnknownApiVersionsVersion(header.correlationId())
        : new Outcome.Refused("an unsupported " + nameOf(apiKey, header));
  }

  private static String nameOf(ApiKey apiKey, RequestHeader header) {
    return apiKey.apiName() + " request, version " + header.requestApiVersion();
  }
}
