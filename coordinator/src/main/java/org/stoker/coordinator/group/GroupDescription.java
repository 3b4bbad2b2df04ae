package org.stoker.coordinator.group;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.protocol.ErrorCode;

/** A group as DescribeGroups shows it. */
public record GroupDescription(
    String groupId,
    ErrorCode error,
    @Nullable String errorMessage,
    String state,
    String protocolType,
    String protocolName,
    List<Member> members) {
  /** A member as DescribeGroups shows it. */
  public record Member(
      String memberId,
      @Nullable String groupInstanceId,
      ClientIdentity client,
      Bytes metadata,
      Bytes assignment) {}

  /** About what a description takes, as objects and as bytes to send. */
  static long bytesOf(ClassicGroup group) {
    String protocol = protocolOf(group);
    long bytes = AnswerBytes.GROUP;
    for (ClassicGroupMember member : group.members()) {
      int metadataBytes = protocol == null ? 0 : member.metadata(protocol).size();
      bytes += AnswerBytes.MEMBER + metadataBytes + member.assignment().size();
    }
    return bytes;
  }

  static GroupDescription of(ClassicGroup group) {
    String protocolType = group.protocolType();
    String protocol = protocolOf(group);
    return new GroupDescription(
        group.groupId(),
        ErrorCode.NONE,
        null,
        group.state().shownAs(),
        protocolType == null ? "" : protocolType,
        protocol == null ? "" : protocol,
        group.members().stream()
            .map(member ->
                new Member(
                    member.memberId(),
                    member.groupInstanceId(),
                    member.client(),
                    protocol == null ? Bytes.EMPTY : member.metadata(protocol),
                    member.assignment()))
            .toList());
  }

  /** Null while there is none that all members know of. */
  private static @Nullable String protocolOf(ClassicGroup group) {
    return group.isIn(ClassicGroupState.STABLE) ? group.protocolName() : null;
  }

  static GroupDescription refused(ErrorCode error, String groupId) {
    return new GroupDescription(groupId, error, null, "", "", "", List.of());
  }

  /** More than there is memory for, with what others are told at the same time. */
  static GroupDescription tooLarge(String groupId) {
    return new GroupDescription(
        groupId,
        ErrorCode.INVALID_REQUEST,
        "The answer would take more memory than there is for answers now; ask for fewer groups at a"
            + " time.",
        "",
        "",
        "",
        List.of());
  }

  /** A group that does not exist is dead; clients that know the error hear it as well. */
  static GroupDescription dead(String groupId, boolean knowsGroupIdNotFound) {
    return new GroupDescription(
        groupId,
        knowsGroupIdNotFound ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE,
        knowsGroupIdNotFound ? "Group " + groupId + " not found." : null,
        ClassicGroupState.DEAD.shownAs(),
        "",
        "",
        List.of());
  }
}
