package org.stoker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;

/** What the connections of one event loop share: buffers, and the round that finds late ones. */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class EventLoopContext {
  /** Also the most that a connection keeps of a frame whose memory was not reserved. */
  static final int READ_BUFFER_BYTES = 4 << 10;

  private final EventLoop eventLoop;
  private final int index;
  private final ByteBuf readBuffer = Unpooled.directBuffer(READ_BUFFER_BYTES, READ_BUFFER_BYTES);
  private final ResponseEncoder encoder = new ResponseEncoder();
  // Other threads look through it when they search for the connection that was used least recently.
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private long connectionCount;
  private volatile boolean isWatching;

  EventLoopContext(EventLoop eventLoop, int index) {
    this.eventLoop = eventLoop;
    this.index = index;
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  int index() {
    return index;
  }

  ByteBuf readBuffer() {
    return readBuffer;
  }

  ResponseEncoder encoder() {
    return encoder;
  }

  Set<Connection> connections() {
    return connections;
  }

  /** Numbers this loop's connections from 0. */
  long nextConnectionNumber() {
    return connectionCount++;
  }

  /**
   * Looks at every connection now and then: cheaper than a timer for each of them. Starts the
   * loop's thread; a second call does nothing. One caller at a time.
   */
  void startWatching(Clock clock, long everyMs) {
    if (isWatching) {
      return;
    }
    isWatching = true;
    var _ =
        eventLoop.scheduleWithFixedDelay(
            () -> closeOverdue(clock.monotonicNs()), everyMs, everyMs, TimeUnit.MILLISECONDS);
  }

  /** Whether it has a thread, and so may have connections. */
  boolean isWatching() {
    return isWatching;
  }

  /** Called when the event loop has ended. */
  void release() {
    readBuffer.release();
  }

  private void closeOverdue(long nowNs) {
    for (Connection connection : connections) {
      connection.closeIfOverdue(nowNs);
    }
  }
}
