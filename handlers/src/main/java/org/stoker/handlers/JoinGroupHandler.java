package org.stoker.handlers;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.group.ClientIdentity;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.group.GroupProtocol;
import org.stoker.coordinator.group.JoinGroupCommand;
import org.stoker.coordinator.group.JoinGroupReply;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.JoinGroupRequest;
import org.stoker.protocol.message.JoinGroupResponse;
import org.stoker.protocol.message.JoinGroupResponse.JoinGroupResponseMember;

/** JoinGroup: a member comes into the next generation of its group. */
final class JoinGroupHandler implements Handler<JoinGroupRequest> {
  private static final int FIRST_VERSION_WITH_MEMBER_ID_REQUIRED = 4;
  private static final int FIRST_VERSION_WITH_NULL_PROTOCOL = 7;
  private static final int FIRST_VERSION_WITH_SKIPPED_ASSIGNMENT = 9;

  private final GroupCoordinator groups;

  JoinGroupHandler(GroupCoordinator groups) {
    this.groups = groups;
  }

  @Override
  public void handle(JoinGroupRequest body, RequestContext context) {
    JoinGroupCommand command = command(body, context);
    Answers.when(groups.joinGroup(command), context, reply -> response(reply, context.version()));
  }

  private static JoinGroupCommand command(JoinGroupRequest body, RequestContext context) {
    return new JoinGroupCommand(
        body.groupId(),
        body.memberId(),
        body.groupInstanceId(),
        body.protocolType(),
        body.protocols().stream()
            .map(protocol -> new GroupProtocol(protocol.name(), Bytes.of(protocol.metadata())))
            .toList(),
        body.sessionTimeoutMs(),
        body.rebalanceTimeoutMs() < 0 ? body.sessionTimeoutMs() : body.rebalanceTimeoutMs(),
        identityOf(context),
        context.version() >= FIRST_VERSION_WITH_MEMBER_ID_REQUIRED,
        context.version() >= FIRST_VERSION_WITH_SKIPPED_ASSIGNMENT,
        body.reason());
  }

  private static ClientIdentity identityOf(RequestContext context) {
    String clientId = context.clientId();
    return new ClientIdentity(
        clientId == null ? "" : clientId, "/" + context.clientAddress().getHostAddress());
  }

  private static JoinGroupResponse response(JoinGroupReply reply, short version) {
    List<JoinGroupResponseMember> members =
        reply.members().stream()
            .map(member ->
                new JoinGroupResponseMember()
                    .setMemberId(member.memberId())
                    .setGroupInstanceId(member.groupInstanceId())
                    .setMetadata(member.metadata().array()))
            .toList();
    String leader = reply.leader();
    return new JoinGroupResponse()
        .setErrorCode(reply.error().code())
        .setGenerationId(reply.generationId())
        .setProtocolType(reply.protocolType())
        .setProtocolName(protocolName(reply.protocolName(), version))
        .setLeader(leader == null ? "" : leader)
        .setSkipAssignment(reply.skipAssignment())
        .setMemberId(reply.memberId())
        .setMembers(members);
  }

  /** Clients from before version 7 know no null there, later ones expect it. */
  private static @Nullable String protocolName(@Nullable String name, short version) {
    boolean isNone = name == null || name.isEmpty();
    if (!isNone) {
      return name;
    }
    return version < FIRST_VERSION_WITH_NULL_PROTOCOL ? "" : null;
  }
}
