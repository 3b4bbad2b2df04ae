package org.stoker.replication;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.TopicIdPartition;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Endpoint;

/** The fetchers of this broker: for each broker that leads what it follows, a few. */
@ConfinedTo(ConfinedTo.CALLER)
public final class ReplicaFetchers {
  private final Setting setting;
  private final Map<Integer, OfLeader> byLeader = new HashMap<>();
  private final Map<TopicIdPartition, Following> followed = new HashMap<>();

  /**
   * What fetchers are made of.
   *
   * @param perLeader {@code num.replica.fetchers}, as it is now; looked at when the image changes
   * @param listener the name of the listener that brokers use among themselves
   * @param links connects to an endpoint
   * @param lanes makes a lane by name
   */
  public record Setting(
      ReplicaFetcher.Setting fetcher,
      IntSupplier perLeader,
      String listener,
      BiFunction<Integer, Endpoint, PeerLink> links,
      Function<String, Lane> lanes) {}

  private record Following(Partition partition, int leader, int leaderEpoch) {}

  /** The fetchers from one leader, connected to one address of it. */
  private record OfLeader(Endpoint endpoint, long brokerEpoch, List<ReplicaFetcher> fetchers) {
    ReplicaFetcher fetcherOf(TopicIdPartition key) {
      return fetchers.get(Math.floorMod(key.hashCode(), fetchers.size()));
    }
  }

  public ReplicaFetchers(Setting setting) {
    this.setting = setting;
  }

  /** Follows from now on; the partition has taken the part already. */
  void follow(Partition partition, PartitionState state, ClusterImage image) {
    TopicIdPartition key = keyOf(partition);
    Following before = followed.get(key);
    var wanted = new Following(partition, state.leader(), state.leaderEpoch());
    if (wanted.equals(before)) {
      return;
    }
    forget(partition.topicId(), partition.topicPartition().partition());
    followed.put(key, wanted);
    OfLeader leader = leader(state.leader(), image);
    if (leader != null) {
      leader.fetcherOf(key).follow(partition, state.leaderEpoch());
    }
  }

  /** Does not follow it any more. */
  void forget(Uuid topicId, int partition) {
    var key = new TopicIdPartition(topicId, partition);
    Following before = followed.remove(key);
    OfLeader leader = before == null ? null : byLeader.get(before.leader());
    if (leader != null) {
      leader.fetcherOf(key).forget(topicId, partition);
    }
  }

  /**
   * Some brokers have other addresses, another life, or none: what they lead is asked for anew. So
   * is what all of them lead when there are more fetchers for each, or fewer.
   */
  void brokersChanged(Collection<Integer> changed, ClusterImage image) {
    Set<Integer> brokers = new TreeSet<>(changed);
    int perLeader = setting.perLeader().getAsInt();
    byLeader.forEach((id, leader) -> {
      if (leader.fetchers().size() != perLeader) {
        brokers.add(id);
      }
    });
    for (int broker : brokers) {
      OfLeader before = byLeader.get(broker);
      BrokerImage now = image.broker(broker);
      Endpoint endpoint = now == null ? null : now.endpoint(setting.listener());
      boolean isSame =
          before != null
              && before.fetchers().size() == perLeader
              && now != null
              && Objects.equals(endpoint, before.endpoint())
              && now.epoch() == before.brokerEpoch();
      if (!isSame) {
        if (before != null) {
          before.fetchers().forEach(ReplicaFetcher::close);
          byLeader.remove(broker);
        }
        followAgain(broker, image);
      }
    }
  }

  private void followAgain(int broker, ClusterImage image) {
    for (Map.Entry<TopicIdPartition, Following> entry : followed.entrySet()) {
      if (entry.getValue().leader() == broker) {
        OfLeader leader = leader(broker, image);
        if (leader != null) {
          leader
              .fetcherOf(entry.getKey())
              .follow(entry.getValue().partition(), entry.getValue().leaderEpoch());
        }
      }
    }
  }

  private @Nullable OfLeader leader(int id, ClusterImage image) {
    OfLeader known = byLeader.get(id);
    if (known != null) {
      return known;
    }
    BrokerImage broker = image.broker(id);
    Endpoint endpoint = broker == null ? null : broker.endpoint(setting.listener());
    if (broker == null || endpoint == null) {
      return null;
    }
    List<ReplicaFetcher> fetchers = new ArrayList<>();
    for (int i = 0; i < setting.perLeader().getAsInt(); i++) {
      fetchers.add(
          new ReplicaFetcher(
              setting.fetcher(),
              setting.links().apply(id, endpoint),
              setting.lanes().apply("fetcher-" + id + "-" + i)));
    }
    var made = new OfLeader(endpoint, broker.epoch(), List.copyOf(fetchers));
    byLeader.put(id, made);
    return made;
  }

  /** Ends all fetchers. */
  public void stop() {
    byLeader.values().forEach(leader -> leader.fetchers().forEach(ReplicaFetcher::close));
    byLeader.clear();
    followed.clear();
  }

  private static TopicIdPartition keyOf(Partition partition) {
    return new TopicIdPartition(partition.topicId(), partition.topicPartition().partition());
  }
}
