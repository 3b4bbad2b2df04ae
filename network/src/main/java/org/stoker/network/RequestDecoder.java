package org.stoker.network;

import java.nio.ByteBuffer;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.Message;
<<<<<<< HEAD
import org.stoker.protocol.RequestFrame;
=======
import org.stoker.protocol.WireReader;
>>>>>>> f8ad82a (Draft the network room)
import org.stoker.protocol.message.RequestHeader;

/** Reads a frame as a request, if this listener serves such a request. */
final class RequestDecoder {
<<<<<<< HEAD
=======
  private static final int FIXED_HEADER_BYTES = 8;

>>>>>>> f8ad82a (Draft the network room)
  private final ApiVersionsTable versions;

  RequestDecoder(ApiVersionsTable versions) {
    this.versions = versions;
  }

  /** What a frame turned out to be. */
  sealed interface Outcome {
<<<<<<< HEAD
    record Decoded(ApiKey apiKey, RequestHeader header, Message body) implements Outcome {}
=======
    record Decoded(ApiKey apiKey, short version, RequestHeader header, Message body)
        implements Outcome {}
>>>>>>> f8ad82a (Draft the network room)

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
<<<<<<< HEAD
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
=======
    if (frame.remaining() < FIXED_HEADER_BYTES) {
      return new Outcome.Refused("a frame of " + frame.remaining() + " bytes, too short for a header");
    }
    int start = frame.position();
    short keyId = frame.getShort(start);
    short version = frame.getShort(start + 2);
    ApiKey apiKey = ApiKey.forId(keyId);
    if (apiKey == null) {
      return new Outcome.Refused("unknown api key " + keyId);
    }
    if (!versions.isSupported(apiKey, version)) {
      return apiKey == ApiKey.API_VERSIONS
          ? new Outcome.UnknownApiVersionsVersion(frame.getInt(start + 4))
          : new Outcome.Refused("unsupported version " + version + " of " + apiKey.apiName());
    }
    try {
      WireReader in = new WireReader(frame);
      RequestHeader header = new RequestHeader();
      header.read(in, apiKey.requestHeaderVersion(version));
      Message body = apiKey.newRequest();
      body.read(in, version);
      return new Outcome.Decoded(apiKey, version, header, body);
    } catch (MalformedMessageException e) {
      return new Outcome.Refused(
          "malformed " + apiKey.apiName() + " request, version " + version + ": " + e.getMessage());
    }
  }
>>>>>>> f8ad82a (Draft the network room)
}
