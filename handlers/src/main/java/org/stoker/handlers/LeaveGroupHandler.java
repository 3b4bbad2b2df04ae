package org.stoker.handlers;

import java.util.List;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.group.LeaveGroupCommand;
import org.stoker.coordinator.group.LeaveGroupCommand.LeavingMember;
import org.stoker.coordinator.group.LeaveGroupReply;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.LeaveGroupRequest;
import org.stoker.protocol.message.LeaveGroupResponse;
import org.stoker.protocol.message.LeaveGroupResponse.MemberResponse;

/** LeaveGroup: one member leaves, or several at once (KIP-345). */
final class LeaveGroupHandler implements Handler<LeaveGroupRequest> {
  private static final int FIRST_VERSION_WITH_SEVERAL = 3;

  private final GroupCoordinator groups;

  LeaveGroupHandler(GroupCoordinator groups) {
    this.groups = groups;
  }

  @Override
  public void handle(LeaveGroupRequest body, RequestContext context) {
    boolean isSeveral = context.version() >= FIRST_VERSION_WITH_SEVERAL;
    List<LeavingMember> members =
        isSeveral
            ? body.members().stream()
                .map(member ->
                    new LeavingMember(member.memberId(), member.groupInstanceId(), member.reason()))
                .toList()
            : List.of(new LeavingMember(body.memberId(), null, null));
    Answers.when(
        groups.leaveGroup(new LeaveGroupCommand(body.groupId(), members)),
        context,
        reply -> isSeveral ? response(reply) : responseToOne(reply));
  }

  private static LeaveGroupResponse response(LeaveGroupReply reply) {
    return new LeaveGroupResponse()
        .setErrorCode(reply.error().code())
        .setMembers(
            reply.members().stream()
                .map(member ->
                    new MemberResponse()
                        .setMemberId(member.memberId())
                        .setGroupInstanceId(member.groupInstanceId())
                        .setErrorCode(member.error().code()))
                .toList());
  }

  private static LeaveGroupResponse responseToOne(LeaveGroupReply reply) {
    ErrorCode error =
        reply.error() != ErrorCode.NONE || reply.members().isEmpty()
            ? reply.error()
            : reply.members().getFirst().error();
    return new LeaveGroupResponse().setErrorCode(error.code());
  }
}
