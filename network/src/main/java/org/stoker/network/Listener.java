package org.stoker.network;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.stoker.base.ThreadSafe;

/** One bound endpoint: clients can knock as soon as it exists, and come in once it is started. */
@ThreadSafe
public final class Listener {
  private final ListenerConfig config;
  private final Channel serverChannel;

  Listener(ListenerConfig config, Channel serverChannel) {
    this.config = config;
    this.serverChannel = serverChannel;
  }

  public String name() {
    return config.name();
  }

  public SecurityProtocol securityProtocol() {
    return config.securityProtocol();
  }

  /** The address it is bound to; its port is a real one also when 0 was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) serverChannel.localAddress();
  }

  public int port() {
    return address().getPort();
  }

  /** Begins to accept connections. */
  public void start() {
    serverChannel.config().setAutoRead(true);
  }

  void stop() {
    serverChannel.close().awaitUninterruptibly();
  }
}
