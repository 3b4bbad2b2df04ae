package org.stoker.handlers;

import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.group.HeartbeatCommand;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.HeartbeatRequest;
import org.stoker.protocol.message.HeartbeatResponse;

/** Heartbeat: a member of a group says that it lives. */
final class HeartbeatHandler implements Handler<HeartbeatRequest> {
  private final GroupCoordinator groups;

  HeartbeatHandler(GroupCoordinator groups) {
    this.groups = groups;
  }

  @Override
  public void handle(HeartbeatRequest body, RequestContext context) {
    HeartbeatCommand command =
        new HeartbeatCommand(
            body.groupId(), body.memberId(), body.groupInstanceId(), body.generationId());
    Answers.when(
        groups.heartbeat(command),
        context,
        error -> new HeartbeatResponse().setErrorCode(error.code()));
  }
}
