package org.stoker.network;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.stoker.base.ConfinedTo;

/**
 * Stands between the listening socket and the event loops: lets connections in, closes them, or
 * leaves the rest in the backlog for a while.
 */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class Acceptor extends ChannelInboundHandlerAdapter {
  private final ListenerConfig listener;
  private final ConnectionGate gate;
  private final Environment environment;
  private final Runnable makeRoom;
  // Accepted before we could stop accepting: one turn's worth at most.
  private final ArrayDeque<Channel> held = new ArrayDeque<>();
  private boolean isWaiting;
  private boolean isStopped;

  Acceptor(
      ListenerConfig listener, ConnectionGate gate, Environment environment, Runnable makeRoom) {
    this.listener = listener;
    this.gate = gate;
    this.environment = environment;
    this.makeRoom = makeRoom;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    held.add((Channel) message);
    if (!isWaiting) {
      admitHeld(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    isStopped = true;
    held.forEach(child -> child.unsafe().closeForcibly());
    held.clear();
    ctx.fireChannelInactive();
  }

  private void admitHeld(ChannelHandlerContext ctx) {
    while (!held.isEmpty()) {
      Channel child = held.element();
      if (!(child.remoteAddress() instanceof InetSocketAddress client)) {
        // It was reset before we looked at it.
        held.remove().unsafe().closeForcibly();
        continue;
      }
      InetAddress address = client.getAddress();
      switch (gate.admit(listener, address, () -> resumeSoon(ctx))) {
        case ConnectionGate.Verdict.Admitted(boolean makesRoom) -> {
          held.remove();
          admit(ctx, child, address, makesRoom);
        }
        case ConnectionGate.Verdict.Refused(int limit) -> {
          held.remove();
          refuse(child, client, limit);
        }
        case ConnectionGate.Verdict.WaitForRoom() -> {
          environment
              .clientLog()
              .info(
                  "full",
                  "Listener "
                      + listener.name()
                      + " accepts nothing until a connection is closed: max.connections is"
                      + " reached.");
          pause(ctx);
          return;
        }
        case ConnectionGate.Verdict.WaitFor(long delayMs) -> {
          pause(ctx);
          var _ = ctx.executor().schedule(() -> resume(ctx), delayMs, TimeUnit.MILLISECONDS);
          return;
        }
      }
    }
  }

  private void admit(
      ChannelHandlerContext ctx, Channel child, InetAddress address, boolean makesRoom) {
    environment.metrics().connectionsAccepted.increment();
    child
        .closeFuture()
        .addListener(_ -> {
          environment.metrics().connectionsClosed.increment();
          gate.left(listener, address);
        });
    if (makesRoom) {
      makeRoom.run();
    }
    ctx.fireChannelRead(child);
  }

  private void refuse(Channel child, InetSocketAddress client, int limit) {
    environment.metrics().connectionsRefused.increment();
    environment
        .clientLog()
        .info(
            "too many",
            "Refusing "
                + client
                + " (listener "
                + listener.name()
                + "): its address has "
                + limit
                + " connections already, max.connections.per.ip.");
    child.unsafe().closeForcibly();
  }

  private void pause(ChannelHandlerContext ctx) {
    isWaiting = true;
    ctx.channel().config().setAutoRead(false);
  }

  private void resumeSoon(ChannelHandlerContext ctx) {
    try {
      ctx.executor().execute(() -> resume(ctx));
    } catch (RejectedExecutionException stopped) {
      // Nobody listens any more.
      environment.clientLog().info("stopped", "Listener " + listener.name() + " has stopped.");
    }
  }

  private void resume(ChannelHandlerContext ctx) {
    if (isStopped) {
      return;
    }
    isWaiting = false;
    admitHeld(ctx);
    if (!isWaiting) {
      ctx.channel().config().setAutoRead(true);
    }
  }
}
