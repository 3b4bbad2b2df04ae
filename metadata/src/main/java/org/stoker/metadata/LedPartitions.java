package org.stoker.metadata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;

/** What a broker led when the controller gave it up, and what has become of that. */
final class LedPartitions {
  private final Map<Uuid, List<Integer>> led = new HashMap<>();
  private int count;

  LedPartitions(ClusterImage image, int broker) {
    for (TopicImage topic : image.topicsById().values()) {
      for (int index = 0; index < topic.partitions().size(); index++) {
        if (topic.partitions().get(index).leader() == broker) {
          led.computeIfAbsent(topic.id(), _ -> new ArrayList<>()).add(index);
          count++;
        }
      }
    }
  }

  static boolean isAnyLedBy(int broker, ClusterImage image) {
    return image.topicsById().values().stream()
        .flatMap(topic -> topic.partitions().stream())
        .anyMatch(partition -> partition.leader() == broker);
  }

  /** For an operator: who leads it now. */
  String afterwards(ClusterImage image) {
    int leaderless = 0;
    for (Map.Entry<Uuid, List<Integer>> ofTopic : led.entrySet()) {
      TopicImage topic = image.topic(ofTopic.getKey());
      for (int index : ofTopic.getValue()) {
        leaderless += isLeaderless(topic, index) ? 1 : 0;
      }
    }
    if (count == 0) {
      return "it led nothing";
    }
    if (leaderless == 0) {
      return "others lead what it led";
    }
    return "of the %d partitions that it led %d have no leader until it is back"
        .formatted(count, leaderless);
  }

  private static boolean isLeaderless(@Nullable TopicImage topic, int index) {
    return topic != null
        && index < topic.partitions().size()
        && topic.partitions().get(index).leader() == PartitionImage.NO_LEADER;
  }
}
