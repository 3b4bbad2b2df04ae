package org.stoker.protocol;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.stoker.protocol.message.RequestHeader;

/** What a request's frame, without its length, turns out to be once its header was read. */
public sealed interface RequestFrame {
  /** A request that can be read: its header, and the reader at the beginning of its body. */
  record Request(ApiKey key, RequestHeader header, WireReader body) implements RequestFrame {
    public short version() {
      return header.requestApiVersion();
    }

    /** Reads the body; what follows it is left alone, as Kafka does. */
    public Message readBody() {
      Message request = key.newRequest();
      request.read(body, version());
      return request;
    }

    /** About how much of the heap what was read takes. */
    public long heapBytes() {
      return body.heapBytes();
    }
  }

  /**
   * A version that this API does not have. ApiVersions is still answered, with the correlation id
   * of the header; for any other API the connection is closed.
   */
  record UnknownVersion(ApiKey key, RequestHeader header) implements RequestFrame {}

  /** A number that belongs to no API, or to one that was removed. */
  record UnknownKey(short apiKey, short version) implements RequestFrame {}

  /** Reads the header; bytes that are no header at all are a {@link MalformedMessageException}. */
  static RequestFrame parse(ByteBuffer frame) {
    return parse(frame, Long.MAX_VALUE);
  }

  /** As above; a request that takes more of the heap is a {@link MessageTooLargeException}. */
  static RequestFrame parse(ByteBuffer frame, long maxHeapBytes) {
    WireReader ahead = new WireReader(frame);
    short id = ahead.readInt16();
    short version = ahead.readInt16();
    ApiKey key = ApiKey.forId(id);
    if (key == null || !key.hasVersions()) {
      return new UnknownKey(id, version);
    }
    WireReader in = new WireReader(frame, maxHeapBytes);
    RequestHeader header = new RequestHeader(in, key.requestHeaderVersion(version));
    return key.supports(version) ? new Request(key, header, in) : new UnknownVersion(key, header);
  }

  /** Writes a whole frame, its length first. */
  static void write(
      WireWriter out,
      ApiKey key,
      short version,
      int correlationId,
      @Nullable String clientId,
      Message request) {
    int lengthAt = out.beginLength();
    new RequestHeader()
        .setRequestApiKey(key.id())
        .setRequestApiVersion(version)
        .setCorrelationId(correlationId)
        .setClientId(clientId)
        .write(out, key.requestHeaderVersion(version));
    request.write(out, version);
    out.endLength(lengthAt);
  }
}
