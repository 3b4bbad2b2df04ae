package org.stoker.coordinator.group;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;

/**
 * How far has a group consumed?
 *
 * @param topics null for all that the group has committed
 * @param requireStable whether the answer waits for commits that are on their way
 */
public record FetchOffsetsCommand(
    String groupId, @Nullable List<Topic> topics, boolean requireStable) {
  /**
   * A topic, by name and, from newer clients, by id.
   *
   * @param topicId {@link Uuid#ZERO} if the client named the topic (before version 10)
   */
  public record Topic(String name, Uuid topicId, List<Integer> partitions) {}
}
