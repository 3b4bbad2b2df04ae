package org.stoker.coordinator.group;

import java.util.List;
import java.util.Map;
import java.util.Objects;
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
      implements GroupRecord {
    /** The group with what its leader assigned in this generation. */
    static GroupSaved of(ClassicGroup group, Map<String, Bytes> assignments) {
      String protocolType = group.protocolType();
      return new GroupSaved(
          group.groupId(),
          protocolType == null ? "" : protocolType,
          group.generationId(),
          group.protocolName(),
          group.leader(),
          group.stateTimestampMs(),
          group.members().stream()
              .map(member ->
                  member.saved(
                      Objects.requireNonNull(group.protocolName()),
                      assignments.getOrDefault(member.memberId(), Bytes.EMPTY)))
              .toList());
    }

    /** A group that has not had a generation yet. */
    static GroupSaved ofNew(ClassicGroup group) {
      return new GroupSaved(
          group.groupId(), "", 0, null, null, group.stateTimestampMs(), List.of());
    }
  }

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
