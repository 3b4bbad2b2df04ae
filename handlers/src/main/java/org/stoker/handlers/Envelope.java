package org.stoker.handlers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.stoker.access.Principal;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.BufferGrowth;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.ResponseFrame;
import org.stoker.protocol.WireReader;
import org.stoker.protocol.WireWriter;
import org.stoker.protocol.message.DefaultPrincipalData;
import org.stoker.protocol.message.EnvelopeRequest;
import org.stoker.protocol.message.EnvelopeResponse;

/**
 * A client's request as one broker hands it to another, with the identity of the client (KIP-590),
 * and the answer on its way back.
 */
public final class Envelope {
  private static final short PRINCIPAL_VERSION = 0;
  private static final int FIRST_BUFFER_BYTES = 1 << 10;

  private Envelope() {}

  // ---- requests ----

  /** A client's request, as it came. */
  public static EnvelopeRequest of(RequestContext context) {
    return of(
        context.body(),
        context.apiKey(),
        context.version(),
        context.correlationId(),
        context.clientId(),
        context.principal(),
        context.clientAddress());
  }

  /** A request of this broker's own, in the newest version. */
  public static EnvelopeRequest ofBroker(Message request) {
    ApiKey key = keyOf(request);
    return of(
        request,
        key,
        key.highestStableVersion(),
        0,
        null,
        Principal.ANONYMOUS,
        InetAddress.getLoopbackAddress());
  }

  private static EnvelopeRequest of(
      Message request,
      ApiKey key,
      short version,
      int correlationId,
      @Nullable String clientId,
      Principal principal,
      InetAddress client) {
    var out = writer();
    RequestFrame.write(out, key, version, correlationId, clientId, request);
    return new EnvelopeRequest()
        .setRequestData(withoutLength(out))
        .setRequestPrincipal(bytesOf(principal))
        .setClientHostAddress(client.getAddress());
  }

  private static ApiKey keyOf(Message request) {
    ApiKey key = ApiKey.forId(request.apiKey());
    if (key == null) {
      throw new IllegalArgumentException("not a request: " + request);
    }
    return key;
  }

  /** As Kafka's default builder of principals writes them: the version, then the fields. */
  private static byte[] bytesOf(Principal principal) {
    var out = writer();
    out.writeInt16(PRINCIPAL_VERSION);
    new DefaultPrincipalData()
        .setType(principal.type())
        .setName(principal.name())
        .write(out, PRINCIPAL_VERSION);
    ByteBuffer bytes = out.toByteBuffer();
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    return array;
  }

  /**
   * Who sent the request in the envelope.
   *
   * @throws MalformedMessageException if that cannot be read
   */
  static Principal principalOf(EnvelopeRequest envelope) {
    byte[] bytes = envelope.requestPrincipal();
    if (bytes == null) {
      throw new MalformedMessageException("no principal");
    }
    var in = new WireReader(ByteBuffer.wrap(bytes));
    short version = in.readInt16();
    if (version != PRINCIPAL_VERSION) {
      throw new MalformedMessageException("a principal of version " + version);
    }
    var data = new DefaultPrincipalData(in, version);
    return new Principal(data.type(), data.name());
  }

  /**
   * From where the client sent it.
   *
   * @throws MalformedMessageException if it is no address
   */
  static InetAddress addressOf(EnvelopeRequest envelope) {
    try {
      return InetAddress.getByAddress(envelope.clientHostAddress());
    } catch (UnknownHostException e) {
      throw new MalformedMessageException("an address: " + e.getMessage());
    }
  }

  // ---- responses ----

  /** The answer to the request in the envelope. */
  static EnvelopeResponse answer(RequestContext enclosed, Message body) {
    var out = writer();
    ResponseFrame.write(out, enclosed.apiKey(), enclosed.version(), enclosed.correlationId(), body);
    return new EnvelopeResponse().setResponseData(withoutLength(out));
  }

  static EnvelopeResponse refusal(ErrorCode error) {
    return new EnvelopeResponse().setErrorCode(error.code());
  }

  /**
   * What another broker has answered.
   *
   * @throws IOException if it did not take the request
   */
  public static Message read(EnvelopeResponse response, ApiKey key, short version)
      throws IOException {
    ByteBuffer data = response.responseData();
    if (response.errorCode() != ErrorCode.NONE.code() || data == null) {
      throw new IOException(
          "the controller refused "
              + key.apiName()
              + ": "
              + ErrorCode.forCode(response.errorCode()));
    }
    return ResponseFrame.read(data, key, version).body();
  }

  private static WireWriter writer() {
    return new WireWriter(ByteBuffer.allocate(FIRST_BUFFER_BYTES), BufferGrowth.DOUBLING);
  }

  private static ByteBuffer withoutLength(WireWriter out) {
    ByteBuffer frame = out.toByteBuffer();
    return frame.slice(Integer.BYTES, frame.remaining() - Integer.BYTES);
  }
}
