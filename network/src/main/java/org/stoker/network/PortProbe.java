package org.stoker.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;

/**
 * Asks whether anybody listens at a peer's addresses. Only a refusal says that nobody does: what
 * does not answer may be a firewall, a slow network or a paused process.
 */
@ThreadSafe
public final class PortProbe {
  private static final int PATIENCE_MS = 1_000;
  private static final long BETWEEN_MS = 20;
  // What the C library says of ECONNREFUSED, native transports and the JDK's alike.
  private static final String REFUSED = "Connection refused";

  private final EventLoopGroup loops;
  private final Transport transport;

  PortProbe(EventLoopGroup loops, Transport transport) {
    this.loops = loops;
    this.transport = transport;
  }

  /**
   * True if there is at least one address, and each refuses every time.
   *
   * @param times how often each is asked, a little apart
   */
  public CompletableFuture<Boolean> allRefuse(List<InetSocketAddress> addresses, int times) {
    return addresses.isEmpty() ? CompletableFuture.completedFuture(false) : round(addresses, times);
  }

  private CompletableFuture<Boolean> round(List<InetSocketAddress> addresses, int timesLeft) {
    List<CompletableFuture<Boolean>> answers = addresses.stream().map(this::refuses).toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .thenCompose(_ -> {
          boolean allRefuse = answers.stream().allMatch(CompletableFuture::join);
          if (!allRefuse || timesLeft == 1) {
            return CompletableFuture.completedFuture(allRefuse);
          }
          var next = new CompletableFuture<Boolean>();
          var _ =
              loops
                  .next()
                  .schedule(
                      () -> {
                        var _ = round(addresses, timesLeft - 1).thenAccept(next::complete);
                      },
                      BETWEEN_MS,
                      TimeUnit.MILLISECONDS);
          return next;
        });
  }

  private CompletableFuture<Boolean> refuses(InetSocketAddress address) {
    var answer = new CompletableFuture<Boolean>();
    ChannelFuture connected =
        new Bootstrap()
            .group(loops)
            .channelFactory(transport::newChannel)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, PATIENCE_MS)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(address);
    connected.addListener(_ -> {
      answer.complete(!connected.isSuccess() && isRefusal(connected.cause()));
      var _ = connected.channel().close();
    });
    return answer;
  }

  private static boolean isRefusal(@Nullable Throwable cause) {
    return cause instanceof ConnectException
        && !(cause instanceof ConnectTimeoutException)
        && String.valueOf(cause.getMessage()).contains(REFUSED);
  }
}
