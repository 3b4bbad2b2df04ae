package org.stoker.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.BrokerRegistrationChangeRecord;
import org.stoker.protocol.record.FeatureLevelRecord;
import org.stoker.protocol.record.NoOpRecord;
import org.stoker.protocol.record.UnregisterBrokerRecord;

/** Decides what follows from brokers that come, go, fall silent and stop. */
final class BrokerDecisions {
  private static final byte YES = 1;
  private static final byte NO = -1;

  private final Map<String, Short> firstFeatures;
  private final PartitionDecisions partitions;

  BrokerDecisions(Map<String, Short> firstFeatures, PartitionDecisions partitions) {
    this.firstFeatures = new TreeMap<>(firstFeatures);
    this.partitions = partitions;
  }

  /** Null if this registration of the broker is the one that counts. */
  static @Nullable Result refusal(ClusterImage image, int brokerId, long brokerEpoch) {
    BrokerImage broker = image.broker(brokerId);
    if (broker == null) {
      return new Result(
          ErrorCode.BROKER_ID_NOT_REGISTERED, "Broker " + brokerId + " is not registered.");
    }
    if (broker.epoch() != brokerEpoch) {
      return new Result(
          ErrorCode.STALE_BROKER_EPOCH,
          "Broker %d is at epoch %d, not %d.".formatted(brokerId, broker.epoch(), brokerEpoch));
    }
    return null;
  }

  Decision<Result> reconcile(ClusterImage image, BrokerCommand.ReconcileBrokers command) {
    List<Message> records = new ArrayList<>();
    if (command.takingOver() && image.offset() == 0) {
      firstFeatures.forEach((name, level) ->
          records.add(new FeatureLevelRecord().setName(name).setFeatureLevel(level)));
    }
    if (command.takingOver() && Features.level(image, Features.ELIGIBLE_LEADER_REPLICAS) > 0) {
      // From before that was refused; nobody may take it away either.
      records.addAll(ConfigDecisions.removalsOfMinInSync(image));
    }
    // Brokers whose process is another one than before.
    Set<Integer> restarted = new HashSet<>();
    Map<Integer, BrokerImage> next = new TreeMap<>(image.brokers());
    for (BrokerImage registered : new TreeMap<>(command.registered()).values()) {
      BrokerImage before = image.broker(registered.id());
      boolean isSameLife = before != null && before.incarnation().equals(registered.incarnation());
      // Of a registration that is known already, the log knows better who is fenced.
      if (before == null || before.epoch() < registered.epoch()) {
        // A process that only lost its session serves on.
        BrokerImage broker =
            before != null && isSameLife
                ? BrokerRecords.withFenced(registered, before.fenced())
                : registered;
        records.add(BrokerRecords.toRecord(broker));
        next.put(broker.id(), broker);
        if (before != null && !isSameLife) {
          restarted.add(registered.id());
        }
      }
    }
    for (BrokerImage broker : List.copyOf(next.values())) {
      boolean isGone =
          !command.registered().containsKey(broker.id())
              || command.dead().contains(broker.incarnation());
      if (isGone && !broker.fenced()) {
        change(broker, new BrokerRegistrationChangeRecord().setFenced(YES), next, records);
      }
    }
    records.addAll(partitions.afterBrokersChanged(image, next, restarted));
    if (records.isEmpty() && command.takingOver()) {
      // Everybody learns from the log who the controller is.
      records.add(new NoOpRecord());
    }
    return Decision.of(records, Result.OK);
  }

  Decision<Result> fence(ClusterImage image, BrokerCommand.Fence command) {
    Result refusal = refusal(image, command.brokerId(), command.brokerEpoch());
    if (refusal != null) {
      return Decision.nothing(refusal);
    }
    return changeOne(
        image, command.brokerId(), new BrokerRegistrationChangeRecord().setFenced(YES));
  }

  Decision<Result> unfence(ClusterImage image, BrokerCommand.Unfence command) {
    Result refusal = refusal(image, command.brokerId(), command.brokerEpoch());
    if (refusal != null) {
      return Decision.nothing(refusal);
    }
    return changeOne(image, command.brokerId(), new BrokerRegistrationChangeRecord().setFenced(NO));
  }

  Decision<Result> directoriesFailed(ClusterImage image, BrokerCommand.DirectoriesFailed command) {
    Result refusal = refusal(image, command.brokerId(), command.brokerEpoch());
    BrokerImage broker = image.broker(command.brokerId());
    if (refusal != null || broker == null) {
      return Decision.nothing(refusal == null ? Result.OK : refusal);
    }
    List<Uuid> left = new ArrayList<>(broker.logDirs());
    left.removeAll(command.failed());
    // Without any it stops by itself.
    return left.isEmpty()
        ? Decision.nothing(Result.OK)
        : changeOne(image, broker.id(), new BrokerRegistrationChangeRecord().setLogDirs(left));
  }

  Decision<Result> shutDown(ClusterImage image, BrokerCommand.ShutDown command) {
    Result refusal = refusal(image, command.brokerId(), command.brokerEpoch());
    if (refusal != null) {
      return Decision.nothing(refusal);
    }
    return changeOne(
        image,
        command.brokerId(),
        new BrokerRegistrationChangeRecord().setInControlledShutdown(YES));
  }

  Decision<Result> unregister(ClusterImage image, BrokerCommand.Unregister command) {
    BrokerImage broker = image.broker(command.brokerId());
    if (broker == null) {
      return Decision.nothing(
          new Result(
              ErrorCode.BROKER_ID_NOT_REGISTERED,
              "Broker ID " + command.brokerId() + " is not currently registered"));
    }
    if (!broker.fenced()) {
      // It would register again at once.
      return Decision.nothing(
          new Result(
              ErrorCode.INVALID_REQUEST,
              "Broker " + broker.id() + " is running; it is unregistered after it has stopped."));
    }
    var record =
        new UnregisterBrokerRecord().setBrokerId(broker.id()).setBrokerEpoch(broker.epoch());
    return Decision.of(List.of(record), Result.OK);
  }

  private Decision<Result> changeOne(
      ClusterImage image, int brokerId, BrokerRegistrationChangeRecord change) {
    List<Message> records = new ArrayList<>();
    Map<Integer, BrokerImage> next = new TreeMap<>(image.brokers());
    BrokerImage broker = image.broker(brokerId);
    if (broker != null) {
      change(broker, change, next, records);
    }
    if (!records.isEmpty()) {
      records.addAll(partitions.afterBrokersChanged(image, next, Set.of()));
    }
    return Decision.of(records, Result.OK);
  }

  private static void change(
      BrokerImage broker,
      BrokerRegistrationChangeRecord change,
      Map<Integer, BrokerImage> brokers,
      List<Message> records) {
    change.setBrokerId(broker.id()).setBrokerEpoch(broker.epoch());
    BrokerImage changed = BrokerRecords.changedBy(broker, change);
    if (!changed.equals(broker)) {
      records.add(change);
      brokers.put(broker.id(), changed);
    }
  }
}
