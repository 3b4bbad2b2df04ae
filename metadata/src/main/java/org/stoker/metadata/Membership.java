package org.stoker.metadata;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.MetadataQuorum.Progress;
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
  private final Function<Command<Result>, CompletableFuture<Result>> decide;
  private final BooleanSupplier resign;
  private final long lookEveryMs;
  private final BrokerLiveness liveness;
  private final Map<Integer, Progress> progress = new HashMap<>();
  // Until the image shows what became of a command, what it followed from is still there to see.
  private final Set<Command<Result>> underWay = new HashSet<>();
  private boolean closed;

  /**
   * @param alarms tells how patient to be with whom
   * @param decide takes commands that the controller asks of itself; done when the image shows them
   * @param resign gives the office up; false if it did so lately
   */
  Membership(
      MetadataLane lane,
      Clock clock,
      MetadataConfig.Liveness config,
      ImagePublisher publisher,
      FalseAlarms alarms,
      Function<Command<Result>, CompletableFuture<Result>> decide,
      BooleanSupplier resign) {
    this.lane = lane;
    this.clock = clock;
    this.config = config;
    this.publisher = publisher;
    this.decide = decide;
    this.resign = resign;
    this.lookEveryMs = Math.max(1, config.mostSilenceMs() / LOOKS_PER_SILENCE);
    this.liveness =
        new BrokerLiveness(config, lookEveryMs, alarms::evidenceFor, clock.monotonicNs());
  }

  /** Begins to listen; everybody has as long as anybody from now on. */
  void start() {
    look();
    lane.every(lookEveryMs, () -> !closed, this::look);
    if (config.balanceEveryMs() > 0) {
      lane.every(
          config.balanceEveryMs(),
          () -> !closed,
          () -> ask(new PartitionCommand.BalanceLeaders(config.mostImbalancePercent())));
    }
  }

  void close() {
    closed = true;
  }

  private void look() {
    ClusterImage image = publisher.image();
    long nowNs = clock.monotonicNs();
    List<BrokerImage> silent = liveness.silent(image.brokers().values(), nowNs);
    if (isDeaf(silent, image, nowNs) && resign.getAsBoolean()) {
      return;
    }
    for (BrokerImage broker : silent) {
      if (broker.id() != image.controllerId() || mayOthersLead(broker, image)) {
        fence(broker, liveness.mostSilenceMs(broker, nowNs));
      }
    }
  }

  /** Alone, the controller's broker is starved at most: fenced it would serve nobody. */
  private static boolean mayOthersLead(BrokerImage broker, ClusterImage image) {
    return image.brokers().values().stream()
        .anyMatch(other -> other.id() != broker.id() && other.isActive());
  }

  private void fence(BrokerImage broker, long silenceMs) {
    var led = new LedPartitions(publisher.image(), broker.id());
    ask(
        new BrokerCommand.Fence(broker.id(), broker.epoch()),
        result -> {
          if (result.isOk()) {
            LOG.warn(
                "Broker {} was silent for more than {} ms: {}",
                broker.id(),
                silenceMs,
                led.afterwards(publisher.image()));
          }
        });
  }

  private boolean ask(Command<Result> command) {
    return ask(command, _ -> {});
  }

  /** False, and nothing is asked, if the same is under way. */
  private boolean ask(Command<Result> command, Consumer<Result> onAnswer) {
    if (!underWay.add(command)) {
      return false;
    }
    try {
      var _ =
          decide
              .apply(command)
              .whenComplete((result, _) -> {
                underWay.remove(command);
                if (result != null) {
                  onAnswer.accept(result);
                }
              });
    } catch (RuntimeException e) {
      // Left among those under way it would never be asked again in this term.
      underWay.remove(command);
      throw e;
    }
    return true;
  }

  /**
   * Whether it is rather this controller that does not hear: somebody has been silent for too long,
   * and nobody else was heard lately, while all of them are still registered. They beat at
   * different moments, so their silences do not get too long at the same one. Of two brokers nobody
   * can tell which one it is.
   */
  private boolean isDeaf(List<BrokerImage> silent, ClusterImage image, long nowNs) {
    List<BrokerImage> others =
        image.brokers().values().stream()
            .filter(broker -> !broker.fenced() && broker.id() != image.controllerId())
            .toList();
    return !silent.isEmpty()
        && others.size() >= 2
        && others.stream().noneMatch(broker -> liveness.isHeardLately(broker, nowNs));
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
    progress.put(
        broker.id(),
        progressOf(broker.id()).heard(heartbeat.appliedOffset(), image.offset(), clock.wallMs()));
    if (!Collections.disjoint(broker.logDirs(), heartbeat.offlineDirectories())) {
      ask(
          new BrokerCommand.DirectoriesFailed(
              broker.id(), broker.epoch(), heartbeat.offlineDirectories()));
    }
    if (heartbeat.wantsShutDown() && !broker.inControlledShutdown()) {
      ask(new BrokerCommand.ShutDown(broker.id(), broker.epoch()));
    } else if (heartbeat.wantsFence() && !broker.fenced()) {
      ask(new BrokerCommand.Fence(broker.id(), broker.epoch()));
    } else if (broker.fenced() && !heartbeat.wantsFence() && !heartbeat.wantsShutDown()) {
      if (ask(new BrokerCommand.Unfence(broker.id(), broker.epoch()))) {
        LOG.info("Broker {} is alive: it may lead again", broker.id());
      }
    }
    return new Heartbeat.Reply(
        ErrorCode.NONE,
        true,
        broker.fenced(),
        heartbeat.wantsShutDown() && mayShutDown(broker, image));
  }

  private Progress progressOf(int brokerId) {
    return progress.getOrDefault(brokerId, Progress.NONE);
  }

  /** How far the brokers have come with the log of this controller. */
  MetadataQuorum quorum(int controllerId, int controllerEpoch) {
    ClusterImage image = publisher.image();
    long endOffset = image.offset();
    SortedMap<Integer, Progress> brokers = new TreeMap<>();
    for (int id : image.brokers().keySet()) {
      brokers.put(id, progressOf(id));
      // Others may have applied what the controller itself has written but not yet applied.
      endOffset = Math.max(endOffset, progressOf(id).appliedOffset());
    }
    return new MetadataQuorum(controllerId, controllerEpoch, endOffset, clock.wallMs(), brokers);
  }

  /** Nobody is led by it, and everybody who lives knows. */
  private boolean mayShutDown(BrokerImage broker, ClusterImage image) {
    if (!broker.inControlledShutdown() || LedPartitions.isAnyLedBy(broker.id(), image)) {
      return false;
    }
    for (BrokerImage other : image.brokers().values()) {
      boolean waitsForNews =
          other.id() != broker.id()
              && other.isActive()
              && progressOf(other.id()).appliedOffset() < image.offset();
      if (waitsForNews) {
        return false;
      }
    }
    return true;
  }
}
