package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Endpoint;
import org.stoker.metadata.PartitionImage;
import org.stoker.network.RequestContext;

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

  /** The newest image; what is told in one answer is all from one. */
  ClusterImage image() {
    return images.get();
  }

  /** A broker under the address that this client reaches it at. */
  record Reachable(BrokerImage broker, String host, int port) {}

  /** Brokers that listen where this client listens in, those that are fenced only if asked for. */
  List<Reachable> brokers(ClusterImage image, RequestContext context, boolean includeFenced) {
    List<Reachable> reachable = new ArrayList<>();
    for (BrokerImage broker : image.brokers().values()) {
      Reachable found = broker.fenced() && !includeFenced ? null : reach(broker, context);
      if (found != null) {
        reachable.add(found);
      }
    }
    return reachable;
  }

  /** The broker with this id, or null if this client cannot reach it. */
  @Nullable Reachable broker(ClusterImage image, int id, RequestContext context) {
    BrokerImage broker = image.broker(id);
    return broker == null || broker.fenced() ? null : reach(broker, context);
  }

  private @Nullable Reachable reach(BrokerImage broker, RequestContext context) {
    Endpoint endpoint = broker.endpoint(context.listenerName());
    if (endpoint == null) {
      return null;
    }
    boolean isWhereItConnected =
        broker.id() == brokerId && wildcardListeners.contains(endpoint.listener());
    String host =
        isWhereItConnected ? context.localAddress().getAddress().getHostAddress() : endpoint.host();
    return new Reachable(broker, host, endpoint.port());
  }

  /**
   * Replicas that are of no use to this client at the moment: their broker is away or does not
   * listen where the client does, or their log directory has failed.
   */
  static List<Integer> offlineReplicas(
      ClusterImage image, PartitionImage partition, RequestContext context) {
    List<Integer> offline = new ArrayList<>(0);
    for (int at = 0; at < partition.replicas().size(); at++) {
      int replica = partition.replicas().get(at);
      BrokerImage broker = image.broker(replica);
      if (broker == null
          || broker.fenced()
          || broker.endpoint(context.listenerName()) == null
          || !broker.hasDirectory(partition.directories().get(at))) {
        offline.add(replica);
      }
    }
    return offline;
  }

  static boolean isInternal(String topic) {
    return INTERNAL_TOPICS.contains(topic);
  }
}
