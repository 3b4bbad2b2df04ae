package org.stoker.broker;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/** A connection of which the test decides every byte. */
final class RawConnection implements AutoCloseable {
  private static final int PATIENCE_MS = 20_000;

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;
  private int correlationId;

  RawConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MS);
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    in = new DataInputStream(socket.getInputStream());
  }

  /** Asks, and returns the answer as Kafka's own class reads it. */
  <R extends AbstractResponse> R ask(Class<R> kind, ApiKeys key, short version, ApiMessage request)
      throws IOException {
    RequestHeader header = new RequestHeader(key, version, "raw", ++correlationId);
    send(RequestUtils.serialize(header.data(), header.headerVersion(), request, version));
    return kind.cast(AbstractResponse.parseResponse(receive(), header));
  }

  /** Sends the request and looks for no answer. */
  void tell(ApiKeys key, short version, ApiMessage request) throws IOException {
    RequestHeader header = new RequestHeader(key, version, "raw", ++correlationId);
    send(RequestUtils.serialize(header.data(), header.headerVersion(), request, version));
  }

  /** Sends bytes with their length in front. */
  void send(ByteBuffer frame) throws IOException {
    ByteBuffer whole = ByteBuffer.allocate(4 + frame.remaining());
    whole.putInt(frame.remaining()).put(frame);
    out.write(whole.array());
  }

  /** The next answer without its length. */
  ByteBuffer receive() throws IOException {
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return ByteBuffer.wrap(frame);
  }

  /** Waits until the broker has closed; false if it sends something first. */
  boolean isClosedByBroker() throws IOException {
    try {
      return in.read() == -1;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
