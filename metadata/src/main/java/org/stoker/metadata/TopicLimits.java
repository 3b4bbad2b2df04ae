package org.stoker.metadata;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.TopicDecisions.Refusal;
import org.stoker.protocol.ErrorCode;

/**
 * How many topics and partitions the clients of a cluster may have made, so that no broker runs out
 * of heap or files: of the heap, with what every broker knows of all topics and with the partitions
 * that it hosts. The controller takes its own heap and files for everybody's.
 *
 * <p>Only what is to be made is refused; what is there is loaded and served, whatever it takes. The
 * topic in which groups keep their offsets may take a quarter more, or groups could not begin in a
 * cluster that is full.
 *
 * @param heapBytes of one broker for topics
 * @param maxHosted as many partitions as one broker may host
 */
public record TopicLimits(long heapBytes, int maxHosted) {
  /** For clusters without clients, as in tests. */
  public static final TopicLimits UNLIMITED =
      new TopicLimits(Long.MAX_VALUE / 2, Integer.MAX_VALUE);

  /** A partition on the broker that hosts it: its log and what serves it. */
  static final int HOSTED_PARTITION_BYTES = 8_000;

  private static final int TOPIC_BYTES = 400;
  private static final int PARTITION_BYTES = 160;
  private static final int REPLICA_BYTES = 32;
  private static final int CONFIG_BYTES = 144;

  private static final int HEAP_DIVISOR = 4;
  private static final int RESERVE_DIVISOR = 4;
  // The newest segment with its two indexes.
  private static final int FILES_OF_PARTITION = 3;
  private static final int OTHER_FILES_DIVISOR = 10;
  private static final String OFFSETS_TOPIC = "__consumer_offsets";

  /** A quarter of the heap, and nine tenths of the files that a process may have open. */
  public static TopicLimits of(long heapBytes, long maxOpenFiles) {
    long files = maxOpenFiles - maxOpenFiles / OTHER_FILES_DIVISOR;
    return new TopicLimits(
        heapBytes / HEAP_DIVISOR, (int) Math.min(Integer.MAX_VALUE, files / FILES_OF_PARTITION));
  }

  /** What an image takes; a command adds what it makes. */
  Account account(ClusterImage image) {
    return new Account(image);
  }

  static long configBytes(Map<String, String> values) {
    long bytes = 0;
    for (Map.Entry<String, String> entry : values.entrySet()) {
      bytes += CONFIG_BYTES + textBytes(entry.getKey()) + textBytes(entry.getValue());
    }
    return bytes;
  }

  private static long withReserve(long limit, boolean mayUseReserve) {
    return mayUseReserve ? limit + limit / RESERVE_DIVISOR : limit;
  }

  // Most texts take half of it.
  private static long textBytes(String text) {
    return 2L * text.length();
  }

  /** What one image takes, and what a command makes on top of it. */
  @ConfinedTo(ConfinedTo.CALLER)
  final class Account {
    private final Map<Integer, Integer> hostedByBroker = new HashMap<>();
    private long imageBytes;
    private int largestHosted;

    private Account(ClusterImage image) {
      for (TopicImage topic : image.topicsByName().values()) {
        imageBytes += TOPIC_BYTES + textBytes(topic.name());
        for (PartitionImage partition : topic.partitions()) {
          add(partition.replicas());
        }
      }
      image
          .configs()
          .forEach(
              (resource, values) -> imageBytes += textBytes(resource.name()) + configBytes(values));
    }

    private void add(List<Integer> replicas) {
      imageBytes += PARTITION_BYTES + (long) REPLICA_BYTES * replicas.size();
      for (int broker : replicas) {
        largestHosted = Math.max(largestHosted, hostedByBroker.merge(broker, 1, Integer::sum));
      }
    }

    void addTopic(String name, Map<String, String> configs, List<List<Integer>> assignments)
        throws Refusal {
      require(name, TOPIC_BYTES + textBytes(name) + configBytes(configs), assignments);
    }

    void addPartitions(String topic, List<List<Integer>> assignments) throws Refusal {
      require(topic, 0, assignments);
    }

    void addConfigs(long bytes) throws Refusal {
      require("", bytes, List.of());
    }

    private void require(String topic, long bytes, List<List<Integer>> assignments) throws Refusal {
      String problem = problemWith(topic, bytes, assignments);
      if (problem != null) {
        throw new Refusal(ErrorCode.POLICY_VIOLATION, problem);
      }
      imageBytes += bytes;
      assignments.forEach(this::add);
    }

    private @Nullable String problemWith(
        String topic, long bytes, List<List<Integer>> assignments) {
      long imageAfter = imageBytes + bytes;
      int largestHostedAfter = largestHosted;
      Map<Integer, Integer> more = new HashMap<>();
      for (List<Integer> replicas : assignments) {
        imageAfter += PARTITION_BYTES + (long) REPLICA_BYTES * replicas.size();
        for (int broker : replicas) {
          int hosted = hostedByBroker.getOrDefault(broker, 0) + more.merge(broker, 1, Integer::sum);
          largestHostedAfter = Math.max(largestHostedAfter, hosted);
        }
      }
      boolean mayUseReserve = topic.equals(OFFSETS_TOPIC);
      if (imageAfter + (long) largestHostedAfter * HOSTED_PARTITION_BYTES
          > withReserve(heapBytes, mayUseReserve)) {
        return ("The heap of a broker has %d bytes for topics, and %d partitions on one broker with"
                + " %d bytes of metadata would take more. Delete topics, or give all brokers a"
                + " larger heap (KAFKA_HEAP_OPTS).")
            .formatted(heapBytes, largestHostedAfter, imageAfter);
      }
      return largestHostedAfter > withReserve(maxHosted, mayUseReserve)
          ? ("A broker may have as many files open as %d partitions need, and one would host %d."
                  + " Delete topics, or let all brokers open more files (ulimit -n).")
              .formatted(maxHosted, largestHostedAfter)
          : null;
    }
  }
}
