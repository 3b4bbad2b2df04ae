package org.stoker.broker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.Timers;
import org.stoker.metadata.BrokerCommand;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.Endpoint;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;

/**
 * Sees at once that a broker's process has died: a connection to it ends, and all its addresses
 * refuse. The controller watches everybody, everybody watches the controller.
 *
 * <p>One sign alone is none: connections end when a listener is rebound, addresses refuse when a
 * firewall says so, and who is heard meanwhile lives. Who was wrongly taken for dead lately is
 * asked more often. Nothing rests on being right: a broker that was taken for dead comes back with
 * its next heartbeat, and leader epochs keep two leaders apart.
 */
final class CrashWatch implements MetadataListener, AutoCloseable {
  private static final String LANE = "the lane of the crash watch";
  private static final Logger LOG = LoggerFactory.getLogger(CrashWatch.class);
  private static final long AGAIN_MS = 200;
  private static final int REFUSALS = 2;
  private static final long COMMAND_TIMEOUT_MS = 10_000;

  private final int self;
  private final String listener;
  private final PeerNetwork network;
  private final ClusterMetadata metadata;
  private final Timers timers;
  private final Lane lane;
  private final Map<Integer, Watched> watched = new HashMap<>();
  private ClusterImage latest = ClusterImage.empty("");
  private boolean isClosed;

  private record Watched(BrokerImage broker, PeerNetwork.Watch connection) {}

  CrashWatch(
      int self,
      String listener,
      PeerNetwork network,
      ClusterMetadata metadata,
      Timers timers,
      Lane lane) {
    this.self = self;
    this.listener = listener;
    this.network = network;
    this.metadata = metadata;
    this.timers = timers;
    this.lane = lane;
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    lane.submit(() -> {
      latest = image;
      watchWhoMatters();
    });
  }

  @Override
  public void close() {
    lane.submit(() -> {
      isClosed = true;
      watched.values().forEach(one -> one.connection().close());
      watched.clear();
    });
  }

  @ConfinedTo(LANE)
  private void watchWhoMatters() {
    if (isClosed) {
      return;
    }
    Set<Integer> wanted = new HashSet<>();
    for (BrokerImage broker : latest.brokers().values()) {
      boolean matters =
          latest.controllerId() == self
              ? broker.id() != self && !broker.fenced()
              : broker.id() == latest.controllerId();
      Watched before = watched.get(broker.id());
      if (!matters) {
        continue;
      }
      wanted.add(broker.id());
      boolean isAnotherLife =
          before != null && !before.broker().incarnation().equals(broker.incarnation());
      if (before == null || isAnotherLife) {
        drop(broker.id());
        watch(broker);
      }
    }
    for (int id : List.copyOf(watched.keySet())) {
      if (!wanted.contains(id)) {
        drop(id);
      }
    }
  }

  private void drop(int broker) {
    Watched before = watched.remove(broker);
    if (before != null) {
      before.connection().close();
    }
  }

  private void watch(BrokerImage broker) {
    Endpoint endpoint = broker.endpoint(listener);
    if (endpoint == null) {
      return;
    }
    watched.put(
        broker.id(),
        new Watched(broker, network.watch(endpoint, () -> lane.submit(() -> ended(broker)))));
  }

  /** Its connection has ended; whether the process has is asked of its ports. */
  private void ended(BrokerImage broker) {
    if (isClosed || !isWatched(broker)) {
      return;
    }
    long heardBefore = metadata.heartbeatsOf(broker.id());
    var _ =
        network
            .allRefuse(broker.endpoints(), REFUSALS * metadata.alarms().evidenceFor(broker))
            .thenAccept(allRefuse ->
                lane.submit(() ->
                    probed(
                        broker, allRefuse && metadata.heartbeatsOf(broker.id()) == heardBefore)));
  }

  private boolean isWatched(BrokerImage broker) {
    Watched current = watched.get(broker.id());
    return current != null && current.broker().incarnation().equals(broker.incarnation());
  }

  private void probed(BrokerImage broker, boolean isDead) {
    if (isClosed || !isWatched(broker)) {
      return;
    }
    drop(broker.id());
    if (!isDead) {
      timers.after(AGAIN_MS, () -> lane.submit(this::watchWhoMatters));
      return;
    }
    BrokerImage now = latest.broker(broker.id());
    if (now != null && now.inControlledShutdown()) {
      LOG.info("Broker {} has stopped", broker.id());
    } else {
      LOG.warn("Broker {} is dead: its connections have ended and its ports refuse", broker.id());
    }
    if (latest.controllerId() == self) {
      var _ =
          metadata.submit(new BrokerCommand.Fence(broker.id(), broker.epoch()), COMMAND_TIMEOUT_MS);
    } else {
      metadata.foundDead(broker.incarnation());
    }
    // If it was not taken to be dead after all, it is watched again.
    timers.after(AGAIN_MS, () -> lane.submit(this::watchWhoMatters));
  }
}
