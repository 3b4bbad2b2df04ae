package org.stoker.handlers;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.runtime.InternalTopic;

/** The topics that this broker's coordinators have made. */
final class InternalTopics {
  private static final List<InternalTopic> ALL = List.of(GroupCoordinator.TOPIC);

  private InternalTopics() {}

  /** Null if no coordinator of this broker keeps its records there. */
  static @Nullable InternalTopic find(String name) {
    for (InternalTopic topic : ALL) {
      if (topic.name().equals(name)) {
        return topic;
      }
    }
    return null;
  }
}
