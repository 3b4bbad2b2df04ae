package org.stoker.coordinator.group;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.protocol.ErrorCode;

/** Which members left. */
public record LeaveGroupReply(ErrorCode error, List<LeftMember> members) {
  /** What became of one of them. */
  public record LeftMember(String memberId, @Nullable String groupInstanceId, ErrorCode error) {}

  static LeaveGroupReply refused(ErrorCode error) {
    return new LeaveGroupReply(error, List.of());
  }

  /** Every member by itself: what clients expect when the whole group is unknown. */
  static LeaveGroupReply refusedEach(ErrorCode error, LeaveGroupCommand command) {
    return new LeaveGroupReply(
        ErrorCode.NONE,
        command.members().stream()
            .map(member -> new LeftMember(member.memberId(), member.groupInstanceId(), error))
            .toList());
  }
}
