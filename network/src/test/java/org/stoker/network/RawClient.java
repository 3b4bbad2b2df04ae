package org.stoker.network;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A client that sends whatever bytes it is told to, and waits for what comes back. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MS = 30_000;

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    out = socket.getOutputStream();
    in = new DataInputStream(socket.getInputStream());
  }

  static RawClient connect(int port) throws IOException {
    return connect(port, 0);
  }

  /** A small receive buffer fills up soon when nobody reads; 0 leaves it to the system. */
  static RawClient connect(int port, int receiveBufferBytes) throws IOException {
    var socket = new Socket();
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MS);
    return new RawClient(socket);
  }

  String localEndpoint() {
    return socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort();
  }

  void send(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  void sendInt(int value) throws IOException {
    send(ByteBuffer.allocate(4).putInt(value).array());
  }

  void sendFrame(ByteBuffer frame) throws IOException {
    ByteBuffer whole = ByteBuffer.allocate(4 + frame.remaining());
    whole.putInt(frame.remaining()).put(frame.duplicate());
    send(whole.array());
  }

  /** The next response without its length. */
  ByteBuffer readFrame() throws IOException {
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return ByteBuffer.wrap(frame);
  }

  /** The next response's correlation id; its body is dropped. */
  int readCorrelationId() throws IOException {
    return readFrame().getInt(0);
  }

  byte[] readBytes(int count) throws IOException {
    return in.readNBytes(count);
  }

  /** Sends a frame and returns its response. */
  ByteBuffer ask(ByteBuffer frame) throws IOException {
    sendFrame(frame);
    return readFrame();
  }

  /** Waits until the other side has closed; false if it sends bytes first. */
  boolean isClosedByPeer() throws IOException {
    try {
      return in.read() == -1;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** Reads and drops what comes until the other side closes; returns how much it was. */
  long drain() throws IOException {
    byte[] chunk = new byte[64 << 10];
    long total = 0;
    try {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        total += read;
      }
    } catch (SocketException reset) {
      // Closed in the hard way: what came before counts.
      return total;
    }
    return total;
  }

  /** Closes without a farewell, so that the other side sees a reset. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
