package org.stoker.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.stoker.base.SystemClock;
import org.stoker.base.ThreadSafe;

/** Stands between clients and one port: passes bytes on, at once or later, or ends connections. */
@ThreadSafe
final class TcpProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 << 10;

  private final ServerSocket server;
  private final int targetPort;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Object valve = new Object();
  private final SystemClock clock = new SystemClock();
  // Both guarded by the valve.
  private long delayMs;
  private boolean isHeld;
  private volatile boolean isClosed;

  TcpProxy(int targetPort) throws IOException {
    this.targetPort = targetPort;
    server = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!isClosed) {
      try {
        Socket client = server.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    try {
      var target = new Socket(InetAddress.getLoopbackAddress(), targetPort);
      open.add(target);
      client.setTcpNoDelay(true);
      target.setTcpNoDelay(true);
      Thread.ofVirtual().start(() -> pass(target, client));
      pass(client, target);
    } catch (IOException e) {
      end(client);
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int count = in.read(buffer);
      while (count >= 0) {
        delay();
        out.write(buffer, 0, count);
        count = in.read(buffer);
      }
    } catch (IOException | InterruptedException e) {
      // Either side has gone; the other one follows.
    } finally {
      end(from);
      end(to);
    }
  }

  private void delay() throws InterruptedException {
    synchronized (valve) {
      while (isHeld && !isClosed) {
        valve.wait();
      }
      long untilMs = clock.monotonicMs() + delayMs;
      long leftMs = delayMs;
      while (leftMs > 0 && !isClosed) {
        valve.wait(leftMs);
        leftMs = untilMs - clock.monotonicMs();
      }
    }
  }

  private void end(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException("a socket cannot be closed", e);
    }
  }

  /** Ends every connection; new ones are taken. */
  void cut() {
    Set.copyOf(open).forEach(this::end);
  }

  /** From here on whatever passes does so this much later, each way. */
  void delayMs(long ms) {
    synchronized (valve) {
      delayMs = ms;
      valve.notifyAll();
    }
  }

  /** From here on nothing passes, and no connection ends. */
  void hold() {
    setHeld(true);
  }

  /** What was held passes now. */
  void letPass() {
    setHeld(false);
  }

  private void setHeld(boolean held) {
    synchronized (valve) {
      isHeld = held;
      valve.notifyAll();
    }
  }

  @Override
  public void close() throws IOException {
    isClosed = true;
    letPass();
    delayMs(0);
    server.close();
    cut();
  }
}
