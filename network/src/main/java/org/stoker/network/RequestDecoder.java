package org.stoker.network;

import java.nio.ByteBuffer;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.message.RequestHeader;

/** Reads a frame as a request, if this listener serves such a request. */
final class RequestDecoder {
  private final ApiVersionsTable versions;

  RequestDecoder(ApiVersionsTable versions) {
    this.versions = versions;
  }

  /** What a frame turned out to be. */
  sealed interface Outcome {
    record Decoded(ApiKey apiKey, RequestHeader header, Message body) implements Outcome {}

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

  Outcome decode(ByteBuffer frame) {
    try {
      return switch (RequestFrame.parse(frame)) {
        case RequestFrame.Request request -> decodeBody(request);
        case RequestFrame.UnknownVersion(ApiKey apiKey, RequestHeader header) ->
            unsupported(apiKey, header);
        case RequestFrame.UnknownKey(short apiKey, short version) ->
            new Outcome.Refused("version " + version + " of the unknown api key " + apiKey);
      };
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
      return new Outcome.Decoded(apiKey, header, request.readBody());
    } catch (MalformedMessageException e) {
      return new Outcome.Refused("a malformed " + nameOf(apiKey, header) + ": " + e.getMessage());
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
