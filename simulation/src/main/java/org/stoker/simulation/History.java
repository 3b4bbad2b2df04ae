package org.stoker.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;

/** What clients were told and brokers have seen, and what of it contradicts what came before. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class History {
  // It stays offline until there is room.
  private static final String NO_ROOM = "no room";
  private static final int MOST_VIOLATIONS = 20;

  private final Trace trace;
  private final Counters counters;
  private final List<String> violations = new ArrayList<>();
  private final Map<Partition, Records> records = new LinkedHashMap<>();
  private final PlainHistory plain = new PlainHistory(this);
  private final Map<Long, ClusterImage> images = new HashMap<>();
  private final Map<Watermark, Long> highWatermarks = new HashMap<>();
  private final Map<Watermark, Long> logStarts = new HashMap<>();
  private final Map<Integer, Set<TopicPartition>> damaged = new HashMap<>();
  private Consumer<Partition> watch = _ -> {};
  private long newestOffset;

  /** A partition of one topic that has lived. */
  record Partition(Uuid topicId, int index) {}

  /** What one reader has heard of a partition in one leader epoch. */
  private record Watermark(String reader, Partition partition, int leaderEpoch) {}

  /** The records of one partition, as far as somebody outside knows. */
  static final class Records {
    final TreeMap<Long, String> acknowledged = new TreeMap<>();
    final TreeMap<Long, String> read = new TreeMap<>();
    final List<String> somewhere = new ArrayList<>();
    final Map<String, Long> offsets = new HashMap<>();
    final Set<String> sent = new HashSet<>();
    // Below it records may be gone; those who asked for all and heard nothing may get any.
    long deletedBelow;
    int unknownDeletions;
  }

  History(Trace trace, Counters counters) {
    this.trace = trace;
    this.counters = counters;
  }

  /** Whom to tell of partitions in which more was acknowledged, or others are in sync. */
  void watchedBy(Consumer<Partition> watcher) {
    watch = watcher;
  }

  List<String> violations() {
    return violations;
  }

  Map<Partition, Records> records() {
    return records;
  }

  void violation(String what) {
    trace.note("VIOLATION: " + what);
    if (violations.size() < MOST_VIOLATIONS) {
      violations.add(what);
    }
  }

  /** What was sent without sequences. */
  PlainHistory plain() {
    return plain;
  }

  // ---- Records.

  /** A producer sends these for the first time. */
  void sent(Partition partition, List<String> values) {
    of(partition).sent.addAll(values);
  }

  private Records of(Partition partition) {
    return records.computeIfAbsent(partition, _ -> new Records());
  }

  /** A producer was told that its batch lies there. */
  void acknowledged(Partition partition, long baseOffset, List<String> values) {
    counters.add(Counters.ACKNOWLEDGED, values.size());
    trace.note(
        "ack",
        baseOffset,
        values.size(),
        () -> values + " at " + baseOffset + " of partition " + partition.index());
    Records known = of(partition);
    for (int i = 0; i < values.size() && baseOffset >= 0; i++) {
      place(partition, known, known.acknowledged, baseOffset + i, values.get(i), "acknowledged");
    }
    watch.accept(partition);
  }

  /** A producer was told, or had to conclude, that its batch lies somewhere. */
  void acknowledgedSomewhere(Partition partition, List<String> values) {
    counters.add("records known to be duplicates", values.size());
    of(partition).somewhere.addAll(values);
  }

  /** Somebody read it as committed. */
  void read(Partition partition, long offset, String value) {
    Records known = of(partition);
    if (!known.sent.contains(value)) {
      violation("%s is read at %d of %s, where nobody sent it".formatted(value, offset, partition));
    }
    place(partition, known, known.read, offset, value, "read");
  }

  /** Behind the last record that was acknowledged or read. */
  long committedUpTo(Partition partition) {
    Records known = of(partition);
    long acknowledged = known.acknowledged.isEmpty() ? 0 : known.acknowledged.lastKey() + 1;
    return Math.max(acknowledged, readUpTo(partition));
  }

  /** Behind the last record that anybody has read. */
  long readUpTo(Partition partition) {
    Records known = of(partition);
    return known.read.isEmpty() ? 0 : known.read.lastKey() + 1;
  }

  // ---- Deletions.

  /** Somebody asks for the deletion of what lies below; −1 stands for all that is committed. */
  void deletionAsked(Partition partition, long beforeOffset) {
    Records known = of(partition);
    if (beforeOffset < 0) {
      known.unknownDeletions++;
    } else {
      known.deletedBelow = Math.max(known.deletedBelow, beforeOffset);
    }
  }

  /** It was answered; −1 if nobody knows whether anything was deleted, and by whom. */
  void deletionAnswered(Partition partition, long askedOffset, long logStartOffset) {
    Records known = of(partition);
    if (askedOffset < 0 && logStartOffset >= 0) {
      known.unknownDeletions--;
      known.deletedBelow = Math.max(known.deletedBelow, logStartOffset);
    }
    if (logStartOffset >= 0) {
      counters.count(Counters.DELETIONS);
      if (logStartOffset < askedOffset) {
        violation(
            "records below %d of %s were deleted, and the log starts at %d"
                .formatted(askedOffset, partition, logStartOffset));
      }
    }
  }

  boolean mayBeDeleted(Partition partition, long offset) {
    Records known = of(partition);
    return known.unknownDeletions > 0 || offset < known.deletedBelow;
  }

  /** A leader told a reader where the log starts. */
  void logStart(String reader, Partition partition, int leaderEpoch, long logStartOffset) {
    Long before = logStarts.put(new Watermark(reader, partition, leaderEpoch), logStartOffset);
    if (before != null && before > logStartOffset) {
      violation(
          "%s heard of log start %d and then %d of %s in leader epoch %d"
              .formatted(reader, before, logStartOffset, partition, leaderEpoch));
    }
    if (logStartOffset > 0 && !mayBeDeleted(partition, logStartOffset - 1)) {
      violation("%s starts at %d, which nobody asked for".formatted(partition, logStartOffset));
    }
  }

  private void place(
      Partition partition,
      Records known,
      Map<Long, String> kind,
      long offset,
      String value,
      String how) {
    String before = kind.putIfAbsent(offset, value);
    String acknowledged = known.acknowledged.get(offset);
    String read = known.read.get(offset);
    if ((before != null && !before.equals(value))
        || (acknowledged != null && !acknowledged.equals(value))
        || (read != null && !read.equals(value))) {
      violation(
          "%s at offset %d of %s, where %s was acknowledged and %s was read"
              .formatted(how + " " + value, offset, partition, acknowledged, read));
    }
    Long elsewhere = known.offsets.putIfAbsent(value, offset);
    if (elsewhere != null && elsewhere != offset) {
      violation("%s lies at %d and at %d of %s".formatted(value, elsewhere, offset, partition));
    }
  }

  /** A leader told a reader how far records are committed. */
  void highWatermark(String reader, Partition partition, int leaderEpoch, long highWatermark) {
    Long before = highWatermarks.put(new Watermark(reader, partition, leaderEpoch), highWatermark);
    if (before != null && before > highWatermark) {
      violation(
          "%s heard of high watermark %d and then %d of %s in leader epoch %d"
              .formatted(reader, before, highWatermark, partition, leaderEpoch));
    }
  }

  /** A partition's log on a broker is not as it was written. */
  void damaged(int broker, TopicPartition partition) {
    damaged.computeIfAbsent(broker, _ -> new HashSet<>()).add(partition);
  }

  boolean isDamaged(int broker, TopicPartition partition) {
    return damaged.getOrDefault(broker, Set.of()).contains(partition);
  }

  /**
   * A broker cannot open what it had written. Where damaged bytes were on the disk for certain, it
   * is to say so and touch nothing: which of several replicas is right, a person decides.
   */
  void refused(int broker, TopicPartition partition, String why) {
    if (why.startsWith(NO_ROOM)) {
      counters.count("partitions that had no room to recover");
    } else if (isDamaged(broker, partition)) {
      counters.count(Counters.DAMAGE_REFUSED);
    } else {
      violation("broker " + broker + " refuses " + partition + ": " + why);
    }
  }

  // ---- The cluster.

  void imageSeen(int broker, MetadataDelta delta, ClusterImage image) {
    ClusterImage other = images.putIfAbsent(image.offset(), image);
    if (other != null && !other.equals(image)) {
      violation("broker " + broker + " has another image at offset " + image.offset());
    }
    if (image.offset() <= newestOffset) {
      return;
    }
    newestOffset = image.offset();
    countFences(delta, image);
    trace.note("image", image.offset(), broker, () -> described(delta, image));
    delta
        .changedPartitions()
        .forEach((topicId, indexes) -> {
          TopicImage before = delta.before().topic(topicId);
          TopicImage after = image.topic(topicId);
          for (int index : indexes) {
            if (before != null && after != null && index < before.partitions().size()) {
              changed(before.partitions().get(index), after.partitions().get(index));
              watch.accept(new Partition(topicId, index));
            }
          }
        });
  }

  private void countFences(MetadataDelta delta, ClusterImage image) {
    for (int id : delta.changedBrokers()) {
      BrokerImage before = delta.before().broker(id);
      BrokerImage after = image.broker(id);
      if (before != null
          && after != null
          && before.incarnation().equals(after.incarnation())
          && !before.fenced()
          && after.fenced()
          && !after.inControlledShutdown()) {
        counters.count(Counters.FENCES);
      }
    }
  }

  private static String described(MetadataDelta delta, ClusterImage image) {
    var text = new StringBuilder();
    text.append(image.offset()).append(", controller ").append(image.controllerId()).append(':');
    delta
        .changedPartitions()
        .forEach((topicId, indexes) -> {
          TopicImage topic = image.topic(topicId);
          if (topic != null) {
            indexes.forEach(index -> {
              PartitionImage state = topic.partitions().get(index);
              text.append(
                  " %s-%d leader %d epoch %d isr %s of %s"
                      .formatted(
                          topic.name(),
                          index,
                          state.leader(),
                          state.leaderEpoch(),
                          state.isr(),
                          state.replicas()));
            });
          }
        });
    return text.toString();
  }

  private void changed(PartitionImage before, PartitionImage after) {
    if (after.leaderEpoch() < before.leaderEpoch()) {
      violation("the leader epoch went back from " + before + " to " + after);
    }
    if (before.leader() != after.leader()) {
      counters.count(Counters.LEADER_CHANGES);
    }
    if (!after.isr().containsAll(before.isr())) {
      counters.count(Counters.ISR_SHRUNK);
    }
    if (!before.isr().containsAll(after.isr())) {
      counters.count(Counters.ISR_GROWN);
    }
  }

  /** The newest image that anybody has seen. */
  @Nullable ClusterImage newestImage() {
    return images.get(newestOffset);
  }
}
