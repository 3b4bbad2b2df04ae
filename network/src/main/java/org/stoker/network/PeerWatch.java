package org.stoker.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import org.stoker.base.ThreadSafe;

/**
 * A connection that is there to end: when the process at its other side dies, the kernel closes it
 * at once. Nothing is sent over it.
 */
@ThreadSafe
public final class PeerWatch implements AutoCloseable {
  private static final int PATIENCE_MS = 1_000;

  private final ChannelFuture connected;
  private volatile boolean isClosedByUs;

  PeerWatch(EventLoopGroup loops, Transport transport, InetSocketAddress address, Runnable onEnd) {
    connected =
        new Bootstrap()
            .group(loops)
            .channelFactory(transport::newChannel)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, PATIENCE_MS)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(address);
    connected.addListener(_ -> {
      if (connected.isSuccess()) {
        connected.channel().closeFuture().addListener(_ -> ended(onEnd));
      } else {
        ended(onEnd);
      }
    });
  }

  private void ended(Runnable onEnd) {
    if (!isClosedByUs) {
      onEnd.run();
    }
  }

  /** Ends it from this side, without a word. */
  @Override
  public void close() {
    isClosedByUs = true;
    var _ = connected.channel().close();
  }
}
