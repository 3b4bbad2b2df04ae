package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Endpoint;
import org.stoker.network.Request;

/**
 * The cluster as a client that connected to this broker sees it.
 *
 * <p>A broker that listens on every address, and was not told what to advertise, tells a client of
 * itself the address that the client reached it at.
 *
 * @param wildcardListeners listeners of this broker without an advertised address
 */
public record ClusterView(
    Supplier<ClusterImage> images, int brokerId, Set<String> wildcardListeners) {
  private static final Set<String> INTERNAL_TOPICS =
      Set.of("__consumer_offsets", "__transaction_state", "__share_group_state");

  public ClusterView {
    wildcardListeners = Set.copyOf(wildcardListeners);
  }

  ClusterImage image() {
    return images.get();
  }

  /** A broker under the address that this client reaches it at. */
  record Reachable(BrokerImage broker, String host, int port) {}

  /** Brokers that listen where this client listens in, those that are fenced only if asked for. */
  List<Reachable> brokers(Request request, boolean includeFenced) {
    List<Reachable> reachable = new ArrayList<>();
    for (BrokerImage broker : image().brokers().values()) {
      Reachable found = broker.fenced() && !includeFenced ? null : reach(broker, request);
      if (found != null) {
        reachable.add(found);
      }
    }
    return reachable;
  }

  /** The broker with this id, or null if this client cannot reach it. */
  @Nullable Reachable broker(int id, Request request) {
    BrokerImage broker = image().broker(id);
    return broker == null || broker.fenced() ? null : reach(broker, request);
  }

  private @Nullable Reachable reach(BrokerImage broker, Request request) {
    Endpoint endpoint = broker.endpoint(request.listenerName());
    if (endpoint == null) {
      return null;
    }
    boolean isWhereItConnected =
        broker.id() == brokerId && wildcardListeners.contains(endpoint.listener());
    String host =
        isWhereItConnected ? request.localAddress().getAddress().getHostAddress() : endpoint.host();
    return new Reachable(broker, host, endpoint.port());
  }

  /** Whether replicas on this broker are of no use at the moment. */
  boolean isOffline(int id) {
    BrokerImage broker = image().broker(id);
    return broker == null || broker.fenced();
  }

  List<Integer> offlineOf(List<Integer> replicas) {
    return replicas.stream().filter(this::isOffline).toList();
  }

  static boolean isInternal(String topic) {
    return INTERNAL_TOPICS.contains(topic);
  }
}
