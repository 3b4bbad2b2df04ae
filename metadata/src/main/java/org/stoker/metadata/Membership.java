package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.ErrorCode;

/**
 * A controller's dealings with the brokers during one term: hears their heartbeats, fences who is
 * silent, lets back in who is alive, and lets go who wants to stop once others lead.
 */
@ConfinedTo(MetadataLane.OWNER)
final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final int LOOKS_PER_SILENCE = 5;

  private final MetadataLane lane;
  private final Clock clock;
  private final MetadataConfig.Liveness config;
  private final ImagePublisher publisher;
  private final Consumer<Command<Result>> decide;
  private final BrokerLiveness liveness;
  private final Map<Integer, Long> appliedOffsets = new HashMap<>();
  private boolean closed;

  /**
   * @param decide takes commands that the controller asks of itself
   */
  Membership(
      MetadataLane lane,
      Clock clock,
      MetadataConfig.Liveness config,
      ImagePublisher publisher,
      Consumer<Command<Result>> decide) {
    this.lane = lane;
    this.clock = clock;
    this.config = config;
    this.publisher = publisher;
    this.decide = decide;
    this.liveness = new BrokerLiveness(config.mostSilenceMs());
  }

  /** Begins to listen; everybody has as long as anybody from now on. */
  void start() {
    look();
    lane.every(Math.max(1, config.mostSilenceMs() / LOOKS_PER_SILENCE), () -> !closed, this::look);
    if (config.balanceEveryMs() > 0) {
      lane.every(
          config.balanceEveryMs(),
          () -> !closed,
          () -> decide.accept(new PartitionCommand.BalanceLeaders(config.mostImbalancePercent())));
    }
  }

  void close() {
    closed = true;
  }

  private void look() {
    for (BrokerImage broker :
        liveness.silent(publisher.image().brokers().values(), clock.monotonicNs())) {
      LOG.warn(
          "Broker {} was silent for more than {} ms: others lead what it led",
          broker.id(),
          config.mostSilenceMs());
      decide.accept(new BrokerCommand.Fence(broker.id(), broker.epoch()));
    }
  }

  Heartbeat.Reply heard(Heartbeat heartbeat) {
    ClusterImage image = publisher.image();
    Result refusal = BrokerDecisions.refusal(image, heartbeat.brokerId(), heartbeat.brokerEpoch());
    BrokerImage broker = image.broker(heartbeat.brokerId());
    if (refusal != null || broker == null) {
      // Its registration may not have come here yet: it asks again.
      return Heartbeat.Reply.refused(
          refusal == null ? ErrorCode.BROKER_ID_NOT_REGISTERED : refusal.error());
    }
    liveness.heard(broker.id(), broker.epoch(), clock.monotonicNs());
    appliedOffsets.put(broker.id(), heartbeat.appliedOffset());
    if (!Collections.disjoint(broker.logDirs(), heartbeat.offlineDirectories())) {
      decide.accept(
          new BrokerCommand.DirectoriesFailed(
              broker.id(), broker.epoch(), heartbeat.offlineDirectories()));
    }
    if (heartbeat.wantsShutDown() && !broker.inControlledShutdown()) {
      decide.accept(new BrokerCommand.ShutDown(broker.id(), broker.epoch()));
    } else if (heartbeat.wantsFence() && !broker.fenced()) {
      decide.accept(new BrokerCommand.Fence(broker.id(), broker.epoch()));
    } else if (broker.fenced() && !heartbeat.wantsFence() && !heartbeat.wantsShutDown()) {
      LOG.info("Broker {} is alive: it may lead again", broker.id());
      decide.accept(new BrokerCommand.Unfence(broker.id(), broker.epoch()));
    }
    return new Heartbeat.Reply(
        ErrorCode.NONE,
        true,
        broker.fenced(),
        heartbeat.wantsShutDown() && mayShutDown(broker, image));
  }

  /** Nobody is led by it, and everybody who lives knows. */
  private boolean mayShutDown(BrokerImage broker, ClusterImage image) {
    if (!broker.inControlledShutdown() || leadsAnything(broker.id(), image)) {
      return false;
    }
    for (BrokerImage other : image.brokers().values()) {
      boolean waitsForNews =
          other.id() != broker.id()
              && other.isActive()
              && appliedOffsets.getOrDefault(other.id(), -1L) < image.offset();
      if (waitsForNews) {
        return false;
      }
    }
    return true;
  }

  private static boolean leadsAnything(int broker, ClusterImage image) {
    List<TopicImage> topics = new ArrayList<>(image.topicsById().values());
    return topics.stream()
        .flatMap(topic -> topic.partitions().stream())
        .anyMatch(partition -> partition.leader() == broker);
  }
}
