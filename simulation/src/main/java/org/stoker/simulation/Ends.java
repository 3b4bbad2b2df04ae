package org.stoker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.log.Log;
import org.stoker.log.ReadOutcome;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.records.BatchWalk;
import org.stoker.records.CorruptBatchException;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBatch;
import org.stoker.replication.Partition;

/** What is true of all logs when a run is over. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Ends {
  private final SimulatedCluster cluster;
  private final History history;

  Ends(SimulatedCluster cluster, History history) {
    this.cluster = cluster;
    this.history = history;
  }

  private interface Visitor {
    void visit(TopicImage topic, int index, PartitionImage state);
  }

  private void forEachPartition(Visitor visitor) {
    ClusterImage image = cluster.image();
    if (image != null) {
      for (TopicImage topic : new TreeMap<>(image.topicsByName()).values()) {
        for (int index = 0; index < topic.partitions().size(); index++) {
          visitor.visit(topic, index, topic.partitions().get(index));
        }
      }
    }
  }

  // ---- Reading to the end.

  boolean areReadBy(List<Reader> readers) {
    boolean[] all = {true};
    forEachPartition((topic, index, state) -> {
      Partition led = cluster.partitionOn(state.leader(), topic, index);
      for (Reader reader : readers) {
        if (reader.reads(topic.name())
            && (led == null
                || led.highWatermark() != led.log().logEndOffset()
                || reader.nextOffset(topic.name(), index) != led.highWatermark())) {
          all[0] = false;
        }
      }
    });
    return all[0];
  }

  String described(List<Reader> readers) {
    List<String> all = new ArrayList<>();
    forEachPartition((topic, index, state) -> {
      Partition led = cluster.partitionOn(state.leader(), topic, index);
      for (Reader reader : readers) {
        if (reader.reads(topic.name())) {
          all.add(
              "%s-%d: %s, read up to %d"
                  .formatted(
                      topic.name(),
                      index,
                      led == null
                          ? "not led"
                          : "high watermark %d of %d"
                              .formatted(led.highWatermark(), led.log().logEndOffset()),
                      reader.nextOffset(topic.name(), index)));
        }
      }
    });
    return String.join("; ", all);
  }

  /** Whether every replica can be read in full. */
  boolean areIntact() {
    boolean[] all = {true};
    forEachPartition((topic, index, state) -> {
      for (int broker : state.replicas()) {
        Partition replica = cluster.partitionOn(broker, topic, index);
        if (replica == null || !isIntact(replica.log())) {
          all[0] = false;
        }
      }
    });
    return all[0];
  }

  private static boolean isIntact(Log log) {
    boolean[] isIntact = {true};
    forEachBatch(
        log,
        log.logStartOffset(),
        log.logEndOffset(),
        batch -> isIntact[0] &= batch.isCrcRight(),
        _ -> isIntact[0] = false);
    return isIntact[0];
  }

  // ---- Judging.

  void judge() {
    history
        .records()
        .forEach((partition, records) -> {
          if (isKept(partition)) {
            judgeAcknowledged(partition, records);
          }
        });
    history.records().forEach(this::judgeOrder);
    forEachPartition((topic, index, state) -> {
      var partition = new History.Partition(topic.id(), index);
      History.Records records = history.records().get(partition);
      if (records != null) {
        history.plain().judge(partition, records.read, state.leaderEpoch());
      }
    });
    forEachPartition(this::compareReplicas);
  }

  private void judgeAcknowledged(History.Partition partition, History.Records records) {
    records.acknowledged.forEach((offset, value) -> {
      if (!value.equals(records.read.get(offset)) && !history.mayBeDeleted(partition, offset)) {
        history.violation(
            "%s was acknowledged at %d of %s, and %s is read there"
                .formatted(value, offset, partition, records.read.get(offset)));
      }
    });
    for (String value : records.somewhere) {
      // Where it lay, nobody said.
      if (!records.read.containsValue(value) && !history.mayBeDeleted(partition, 0)) {
        history.violation(
            "%s was said to be a duplicate, and is nowhere in %s".formatted(value, partition));
      }
    }
  }

  private boolean isKept(History.Partition partition) {
    ClusterImage image = cluster.image();
    return image != null && image.topic(partition.topicId()) != null;
  }

  /** Each producer's records are in the order in which it sent them. */
  private void judgeOrder(History.Partition partition, History.Records records) {
    Map<String, Integer> last = new TreeMap<>();
    records.read.forEach((offset, value) -> {
      int slash = value.indexOf('/');
      if (slash > 0 && !history.plain().isOf(partition, value)) {
        int number = Integer.parseInt(value.substring(slash + 1));
        Integer before = last.put(value.substring(0, slash), number);
        if (before != null && before >= number) {
          history.violation("%s comes after %d in %s".formatted(value, before, partition));
        }
      }
    });
  }

  private void compareReplicas(TopicImage topic, int index, PartitionImage state) {
    Partition led = cluster.partitionOn(state.leader(), topic, index);
    if (led == null) {
      return;
    }
    for (int broker : state.replicas()) {
      Partition copy = cluster.partitionOn(broker, topic, index);
      // A replica hears later than its leader of what was deleted, or knew more than this one.
      long start =
          Math.max(led.log().logStartOffset(), copy == null ? 0 : copy.log().logStartOffset());
      List<String> expected = batchesOf(led.log(), start, led.highWatermark());
      List<String> found = copy == null ? null : batchesOf(copy.log(), start, led.highWatermark());
      if (copy != null) {
        judgeEpochs(topic.name() + "-" + index + " on broker " + broker, copy.log(), start);
      }
      if (!expected.equals(found)) {
        history.violation(
            "%s-%d on broker %d differs from its leader %d: %s"
                .formatted(
                    topic.name(), index, broker, state.leader(), difference(expected, found)));
      }
    }
  }

  /** What a log knows of leader epochs is what its batches say. */
  private void judgeEpochs(String name, Log log, long start) {
    forEachBatch(
        log,
        start,
        log.logEndOffset(),
        batch -> {
          int known = log.leaderEpochOf(batch.baseOffset());
          // Records below the log's start are not accounted for, and a batch may begin there.
          if (batch.baseOffset() >= start && known != batch.partitionLeaderEpoch()) {
            history.violation(
                "%s has offset %d from leader epoch %d, and takes it for one of %d"
                    .formatted(name, batch.baseOffset(), batch.partitionLeaderEpoch(), known));
          }
        },
        _ -> {});
  }

  private static String difference(List<String> expected, @Nullable List<String> found) {
    if (found == null) {
      return "there is none";
    }
    for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
      if (!expected.get(i).equals(found.get(i))) {
        return "after %s: %s instead of %s"
            .formatted(i == 0 ? "the start" : expected.get(i - 1), found.get(i), expected.get(i));
      }
    }
    return found.size() + " batches instead of " + expected.size();
  }

  private static boolean hasNext(BatchWalk walk, Consumer<String> onDamage) {
    try {
      return walk.next();
    } catch (CorruptBatchException e) {
      onDamage.accept(String.valueOf(e.getMessage()));
      return false;
    }
  }

  private static List<String> batchesOf(Log log, long fromOffset, long untilOffset) {
    List<String> batches = new ArrayList<>();
    forEachBatch(
        log,
        fromOffset,
        untilOffset,
        batch ->
            batches.add(
                "%d to %d, crc %x, epoch %d"
                    .formatted(
                        batch.baseOffset(),
                        batch.lastOffset(),
                        batch.crc(),
                        batch.partitionLeaderEpoch())),
        batches::add);
    return batches;
  }

  private static void forEachBatch(
      Log log,
      long fromOffset,
      long untilOffset,
      Consumer<RecordBatch> onBatch,
      Consumer<String> onDamage) {
    long next = fromOffset;
    long before = -1;
    while (next < untilOffset
        && next > before
        && log.read(next, 1 << 20, untilOffset, true) instanceof ReadOutcome.Data data
        && data.records() instanceof MemoryRecordBytes memory) {
      before = next;
      var walk = new BatchWalk(memory.buffer());
      while (hasNext(walk, onDamage)) {
        onBatch.accept(walk.batch());
        next = walk.batch().nextOffset();
      }
    }
  }
}
