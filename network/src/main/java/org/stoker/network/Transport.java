package org.stoker.network;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
<<<<<<< HEAD

/** How sockets are watched: epoll where there is one, since only it has sendfile, else NIO. */
enum Transport {
  EPOLL,
  NIO;
=======
import java.util.function.Supplier;

/** How sockets are watched: epoll where there is one, since only it has sendfile, else NIO. */
enum Transport {
  EPOLL(EpollIoHandler::newFactory, EpollServerSocketChannel::new),
  NIO(NioIoHandler::newFactory, NioServerSocketChannel::new);

  private final Supplier<IoHandlerFactory> handlers;
  private final Supplier<ServerChannel> serverChannels;

  Transport(Supplier<IoHandlerFactory> handlers, Supplier<ServerChannel> serverChannels) {
    this.handlers = handlers;
    this.serverChannels = serverChannels;
  }
>>>>>>> f8ad82a (Draft the network room)

  static Transport best() {
    return Epoll.isAvailable() ? EPOLL : NIO;
  }

  IoHandlerFactory newHandlerFactory() {
<<<<<<< HEAD
    return switch (this) {
      case EPOLL -> EpollIoHandler.newFactory();
      case NIO -> NioIoHandler.newFactory();
    };
  }

  ServerChannel newServerChannel() {
    return switch (this) {
      case EPOLL -> new EpollServerSocketChannel();
      case NIO -> new NioServerSocketChannel();
    };
=======
    return handlers.get();
  }

  ServerChannel newServerChannel() {
    return serverChannels.get();
>>>>>>> f8ad82a (Draft the network room)
  }
}
