package org.stoker.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.BrokerRegistrationChangeRecord;
import org.stoker.protocol.record.FeatureLevelRecord;
import org.stoker.protocol.record.NoOpRecord;
import org.stoker.protocol.record.PartitionChangeRecord;

/** Decides what follows from the set of brokers that are registered. */
final class BrokerDecisions {
  private static final byte FENCED = 1;

  private final Map<String, Short> firstFeatures;

  BrokerDecisions(Map<String, Short> firstFeatures) {
    this.firstFeatures = new TreeMap<>(firstFeatures);
  }

  Decision<Result> reconcile(ClusterImage image, Command.ReconcileBrokers command) {
    List<Message> records = new ArrayList<>();
    if (command.takingOver() && image.offset() == 0) {
      firstFeatures.forEach((name, level) ->
          records.add(new FeatureLevelRecord().setName(name).setFeatureLevel(level)));
    }
    // Brokers whose process is another one than before, and those that are gone.
    Set<Integer> restarted = new HashSet<>();
    Set<Integer> gone = new TreeSet<>();
    Map<Integer, BrokerImage> registered = new TreeMap<>(command.registered());
    for (BrokerImage broker : registered.values()) {
      BrokerImage before = image.broker(broker.id());
      if (before == null || !before.equals(broker)) {
        records.add(BrokerRecords.toRecord(broker));
      }
      if (before != null && !before.incarnation().equals(broker.incarnation())) {
        restarted.add(broker.id());
      }
    }
    for (BrokerImage broker : image.brokers().values()) {
      if (!registered.containsKey(broker.id())) {
        gone.add(broker.id());
        if (!broker.fenced()) {
          records.add(
              new BrokerRegistrationChangeRecord()
                  .setBrokerId(broker.id())
                  .setBrokerEpoch(broker.epoch())
                  .setFenced(FENCED));
        }
      }
    }
    addPartitionChanges(image, registered.keySet(), restarted, gone, records);
    if (records.isEmpty() && command.takingOver()) {
      // Everybody learns from the log who the controller is.
      records.add(new NoOpRecord());
    }
    return Decision.of(records, Result.OK);
  }

  private static void addPartitionChanges(
      ClusterImage image,
      Set<Integer> live,
      Set<Integer> restarted,
      Set<Integer> gone,
      List<Message> records) {
    for (TopicImage topic : image.topicsById().values()) {
      for (int number = 0; number < topic.partitions().size(); number++) {
        PartitionImage partition = topic.partitions().get(number);
        var change = new PartitionChangeRecord().setTopicId(topic.id()).setPartitionId(number);
        if (decide(partition, live, restarted, gone, change)) {
          records.add(change);
        }
      }
    }
  }

  /** Fills the change in; false if the partition stays as it is. */
  private static boolean decide(
      PartitionImage partition,
      Set<Integer> live,
      Set<Integer> restarted,
      Set<Integer> gone,
      PartitionChangeRecord change) {
    List<Integer> isr = isrWithout(gone, partition.isr());
    int leader = partition.leader();
    if (leader == PartitionImage.NO_LEADER || gone.contains(leader)) {
      leader = firstOf(partition.replicas(), isr, live);
    }
    boolean leaderChanges = leader != partition.leader();
    // Whoever lost an unflushed tail must not go on in the epoch in which others may have seen it.
    boolean epochChanges = leaderChanges || restarted.contains(leader);
    boolean isrChanges = !isr.equals(partition.isr());
    if (epochChanges) {
      change.setLeader(leader);
    }
    if (isrChanges) {
      change.setIsr(isr);
    }
    return epochChanges || isrChanges;
  }

  private static List<Integer> isrWithout(Set<Integer> gone, List<Integer> isr) {
    List<Integer> rest = new ArrayList<>(isr);
    rest.removeAll(gone);
    // The last ones stay in sync however they fare: nobody else has all that was acknowledged.
    return rest.isEmpty() ? isr : rest;
  }

  private static int firstOf(List<Integer> replicas, List<Integer> isr, Set<Integer> live) {
    for (int replica : replicas) {
      if (isr.contains(replica) && live.contains(replica)) {
        return replica;
      }
    }
    return PartitionImage.NO_LEADER;
  }
}
