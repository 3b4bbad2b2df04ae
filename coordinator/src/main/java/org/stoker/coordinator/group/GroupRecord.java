package org.stoker.coordinator.group;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.runtime.Bytes;

/** What {@code __consumer_offsets} holds: the facts that survive this broker. */
public sealed interface GroupRecord {
  default String groupId() {
    return switch (this) {
      case OffsetCommitted committed -> committed.key().groupId();
      case OffsetRemoved removed -> removed.key().groupId();
      case GroupSaved saved -> saved.groupId;
      case GroupRemoved removed -> removed.groupId;
    };
  }

  /** A group has consumed a partition up to here. */
  record OffsetCommitted(OffsetKey key, CommittedOffset value) implements GroupRecord {}

  /** A group's offset is forgotten. */
  record OffsetRemoved(OffsetKey key) implements GroupRecord {}

  /** A group as it was when its last rebalance ended. */
  record GroupSaved(
      String groupId,
      String protocolType,
      int generationId,
      @Nullable String protocolName,
      @Nullable String leader,
      long stateTimestampMs,
      List<SavedMember> members)
      implements GroupRecord {}

  /** A group is forgotten. */
  record GroupRemoved(String groupId) implements GroupRecord {}

  /** A member as it was when its group's last rebalance ended. */
  record SavedMember(
      String memberId,
      @Nullable String groupInstanceId,
      ClientIdentity client,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs,
      Bytes subscription,
      Bytes assignment) {}
}
