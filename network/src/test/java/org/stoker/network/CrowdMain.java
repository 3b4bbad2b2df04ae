package org.stoker.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of its own that opens very many connections: some say nothing, some announce a frame
 * and leave it at that, some ask once. It ends when its standard input does.
 */
final class CrowdMain {
  private static final int ANNOUNCED_BYTES = 50 << 20;

  private CrowdMain() {}

  public static void main(String[] arguments) throws IOException {
    var address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
    int count = Integer.parseInt(arguments[1]);
    List<SocketChannel> connections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SocketChannel connection = SocketChannel.open(address);
      connections.add(connection);
      switch (i % 3) {
        case 0 -> write(connection, ByteBuffer.allocate(4).putInt(ANNOUNCED_BYTES).flip());
        case 1 -> ask(connection, i);
        default -> {
          // This one says nothing.
        }
      }
    }
    System.out.println("open " + connections.size());
    while (System.in.read() >= 0) {
      // Until the test lets go.
    }
    for (SocketChannel connection : connections) {
      connection.close();
    }
  }

  private static void ask(SocketChannel connection, int correlationId) throws IOException {
    ByteBuffer frame = KafkaFrames.apiVersions(correlationId);
    write(connection, ByteBuffer.allocate(4).putInt(frame.remaining()).flip());
    write(connection, frame);
    ByteBuffer head = ByteBuffer.allocate(8);
    while (head.hasRemaining() && connection.read(head) >= 0) {
      // Until the correlation id is here.
    }
    if (head.getInt(4) != correlationId) {
      throw new IOException("expected the answer " + correlationId + ", got " + head.getInt(4));
    }
  }

  private static void write(SocketChannel connection, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      connection.write(bytes);
    }
  }
}
