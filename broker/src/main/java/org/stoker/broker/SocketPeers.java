package org.stoker.broker;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.stoker.base.ThreadSafe;
import org.stoker.metadata.Endpoint;
import org.stoker.network.Network;
import org.stoker.network.PeerClient;
import org.stoker.network.PeerWatch;
import org.stoker.protocol.Message;
import org.stoker.replication.PeerLink;
import org.stoker.settings.ConfigValues;

/** Other brokers, reached over sockets. */
@ThreadSafe
final class SocketPeers implements PeerNetwork {
  private final Network network;
  private final int connectTimeoutMs;
  private final int requestTimeoutMs;

  SocketPeers(Network network, ConfigValues values) {
    this.network = network;
    this.connectTimeoutMs =
        Math.toIntExact(values.longInteger("socket.connection.setup.timeout.ms"));
    this.requestTimeoutMs = values.integer("request.timeout.ms");
  }

  @Override
  public PeerLink connect(Endpoint endpoint, String clientId) {
    return new Link(
        network.peer(
            new PeerClient.Target(
                endpoint.host(), endpoint.port(), clientId, connectTimeoutMs, requestTimeoutMs)));
  }

  @Override
  public Watch watch(Endpoint endpoint, Runnable onEnd) {
    PeerWatch watch = network.watch(addressOf(endpoint), onEnd);
    return watch::close;
  }

  @Override
  public CompletableFuture<Boolean> allRefuse(List<Endpoint> endpoints, int times) {
    return network
        .probe()
        .allRefuse(endpoints.stream().map(SocketPeers::addressOf).toList(), times);
  }

  private static InetSocketAddress addressOf(Endpoint endpoint) {
    return new InetSocketAddress(endpoint.host(), endpoint.port());
  }

  private record Link(PeerClient client) implements PeerLink {
    @Override
    public void send(Message request, Consumer<Reply> onReply) {
      client.send(request, reply -> onReply.accept(replyOf(reply)));
    }

    @Override
    public void send(Message request, short version, Consumer<Reply> onReply) {
      client.send(request, version, reply -> onReply.accept(replyOf(reply)));
    }

    private static Reply replyOf(PeerClient.Reply reply) {
      return switch (reply) {
        case PeerClient.Reply.Answer(var body, var release) -> new Reply.Answer(body, release);
        case PeerClient.Reply.Lost(var reason, var _) -> new Reply.Lost(reason);
      };
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
