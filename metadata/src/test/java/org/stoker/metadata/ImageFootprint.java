package org.stoker.metadata;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand.ReconcileBrokers;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.testkit.SplitMixSeed;

/**
 * Measures what topics take of the image of the cluster that every broker keeps: a program for
 * people, whose figures stand in docs/operations.md.
 */
@SuppressWarnings("SystemOut")
final class ImageFootprint {
  private static final int COUNT = 20_000;

  private final DecidedCluster cluster =
      new DecidedCluster(
          new Controller(
              new PlainRules(), new ClusterDefaults(1, 3), Map.of(), new SplitMixSeed(1)));

  private ImageFootprint() {
    cluster.apply(new ReconcileBrokers(Map.of(1, broker(1), 2, broker(2), 3, broker(3)), true));
  }

  private static BrokerImage broker(int id) {
    return DecidedCluster.broker(id, id, false, null, Map.of(), new Uuid(77, id));
  }

  public static void main(String[] arguments) {
    measure(1, Map.of());
    for (int partitions : List.of(1, 100)) {
      System.out.printf(
          "a partition, one of %d of a topic: %d bytes%n",
          partitions, measure(partitions, Map.of()));
    }
    System.out.printf(
        "a topic with three keys of configuration: %d bytes%n",
        measure(1, Map.of("retention.ms", "86400000", "segment.bytes", "1048576", "a", "b")));
  }

  private static long measure(int partitionsOfTopic, Map<String, String> configs) {
    long before = usedBytes();
    var footprint = new ImageFootprint();
    for (int i = 0; i < COUNT / partitionsOfTopic; i++) {
      footprint.cluster.apply(
          new CreateTopics(
              List.of(
                  new NewTopic("topic-" + i, partitionsOfTopic, 3, List.of(), Map.copyOf(configs))),
              false));
    }
    long bytes = usedBytes() - before;
    if (footprint.cluster.image().topicsByName().isEmpty()) {
      throw new IllegalStateException("nothing was made");
    }
    return bytes / COUNT;
  }

  private static long usedBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
