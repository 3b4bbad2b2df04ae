package org.stoker.coordinator.group;

import java.util.List;
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

  static JoinGroupReply refused(ErrorCode error, String memberId) {
    return new JoinGroupReply(error, NO_GENERATION, null, "", "", false, memberId, List.of());
  }
}
