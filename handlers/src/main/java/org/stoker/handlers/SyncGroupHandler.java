package org.stoker.handlers;

import java.util.HashMap;
import java.util.Map;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.group.SyncGroupCommand;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.SyncGroupRequest;
import org.stoker.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import org.stoker.protocol.message.SyncGroupResponse;

/** SyncGroup: a member gets its assignment, the leader brings everybody's. */
final class SyncGroupHandler implements Handler<SyncGroupRequest> {
  private static final int FIRST_VERSION_WITH_PROTOCOL = 5;

  private final GroupCoordinator groups;

  SyncGroupHandler(GroupCoordinator groups) {
    this.groups = groups;
  }

  @Override
  public void handle(SyncGroupRequest body, RequestContext context) {
    if (context.version() >= FIRST_VERSION_WITH_PROTOCOL
        && (body.protocolType() == null || body.protocolName() == null)) {
      context.respond(
          new SyncGroupResponse().setErrorCode(ErrorCode.INCONSISTENT_GROUP_PROTOCOL.code()));
      return;
    }
    Map<String, Bytes> assignments = new HashMap<>();
    for (SyncGroupRequestAssignment assignment : body.assignments()) {
      assignments.put(assignment.memberId(), Bytes.of(assignment.assignment()));
    }
    SyncGroupCommand command =
        new SyncGroupCommand(
            body.groupId(),
            body.memberId(),
            body.groupInstanceId(),
            body.generationId(),
            body.protocolType(),
            body.protocolName(),
            assignments);
    Answers.when(
        groups.syncGroup(command),
        context,
        reply ->
            new SyncGroupResponse()
                .setErrorCode(reply.error().code())
                .setProtocolType(reply.protocolType())
                .setProtocolName(reply.protocolName())
                .setAssignment(reply.assignment().array()));
  }
}
