package org.stoker.protocol;

import java.nio.ByteBuffer;
import org.stoker.protocol.message.ResponseHeader;

/**
 * A response as its frame, without its length, holds it: which request it answers, and the answer.
 */
public record ResponseFrame(int correlationId, Message body) {
  public static ResponseFrame read(ByteBuffer frame, ApiKey key, short version) {
    WireReader in = new WireReader(frame);
    ResponseHeader header = new ResponseHeader(in, key.responseHeaderVersion(version));
    Message body = key.newResponse();
    body.read(in, version);
    return new ResponseFrame(header.correlationId(), body);
  }

  /** Writes a whole frame, its length first; records in the body stay splices. */
  public static void write(
      WireWriter out, ApiKey key, short version, int correlationId, Message response) {
    int lengthAt = out.beginLength();
    new ResponseHeader()
        .setCorrelationId(correlationId)
        .write(out, key.responseHeaderVersion(version));
    response.write(out, version);
    out.endLength(lengthAt);
  }
}
