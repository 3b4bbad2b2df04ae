package org.stoker.coordinator.group;

import java.util.List;

/** An operator removes some of a group's offsets. */
public record DeleteOffsetsCommand(String groupId, List<Topic> topics) {
  public record Topic(String name, List<Integer> partitions) {}
}
