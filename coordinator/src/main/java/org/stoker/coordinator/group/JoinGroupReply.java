package org.stoker.coordinator.group;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.protocol.ErrorCode;

/** What a member is told about the generation it is in, or why it is in none. */
public record JoinGroupReply(
    ErrorCode error,
    int generationId,
    @Nullable String protocolType,
    @Nullable String protocolName,
    @Nullable String leader,
    boolean skipAssignment,
    String memberId,
    List<Member> members) {
  static final int NO_GENERATION = -1;

  /** What the leader is told about each member. */
  public record Member(String memberId, @Nullable String groupInstanceId, Bytes metadata) {}

  /**
   * The member is in the group's generation.
   *
   * @param withMembers whether it is told about the others, which leaders are
   */
  static JoinGroupReply joined(
      ClassicGroup group, ClassicGroupMember member, boolean withMembers, boolean skipAssignment) {
    return new JoinGroupReply(
        ErrorCode.NONE,
        group.generationId(),
        group.protocolType(),
        group.protocolName(),
        group.leader(),
        skipAssignment,
        member.memberId(),
        withMembers ? membersOf(group) : List.of());
  }

  private static List<Member> membersOf(ClassicGroup group) {
    String protocol = Objects.requireNonNull(group.protocolName());
    return group.members().stream()
        .map(member ->
            new Member(member.memberId(), member.groupInstanceId(), member.metadata(protocol)))
        .toList();
  }

  static JoinGroupReply refused(ErrorCode error, String memberId) {
    return new JoinGroupReply(error, NO_GENERATION, null, "", "", false, memberId, List.of());
  }
}
