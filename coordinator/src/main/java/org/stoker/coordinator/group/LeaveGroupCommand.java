package org.stoker.coordinator.group;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Members leave: one that says so itself, or several that an operator removes. */
public record LeaveGroupCommand(String groupId, List<LeavingMember> members) {
  /**
   * One that leaves.
   *
   * @param memberId may be empty if the member is named by its instance
   */
  public record LeavingMember(
      String memberId, @Nullable String groupInstanceId, @Nullable String reason) {}
}
