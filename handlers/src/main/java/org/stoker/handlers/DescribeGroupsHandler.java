package org.stoker.handlers;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import org.stoker.access.ResourceType;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.group.GroupDescription;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.DescribeGroupsRequest;
import org.stoker.protocol.message.DescribeGroupsResponse;
import org.stoker.protocol.message.DescribeGroupsResponse.DescribedGroup;
import org.stoker.protocol.message.DescribeGroupsResponse.DescribedGroupMember;

/** DescribeGroups: classic groups with their members. */
final class DescribeGroupsHandler implements Handler<DescribeGroupsRequest> {
  private static final int FIRST_VERSION_WITH_MESSAGES = 6;

  private final GroupCoordinator groups;

  DescribeGroupsHandler(GroupCoordinator groups) {
    this.groups = groups;
  }

  @Override
  public void handle(DescribeGroupsRequest body, RequestContext context) {
    boolean hasMessages = context.version() >= FIRST_VERSION_WITH_MESSAGES;
    ToIntFunction<String> operations =
        body.includeAuthorizedOperations()
            ? group -> AllowedOperations.on(ResourceType.GROUP, group, context)
            : _ -> AllowedOperations.NOT_ASKED;
    List<CompletableFuture<GroupDescription>> parts =
        body.groups().stream()
            .map(id -> groups.describeGroup(id, hasMessages, context::tryClaim))
            .toList();
    Answers.when(
        CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new)),
        context,
        _ ->
            new DescribeGroupsResponse()
                .setGroups(
                    parts.stream()
                        .map(part -> described(part.join(), operations))
                        .map(group -> hasMessages ? group : group.setErrorMessage(null))
                        .toList()));
  }

  private static DescribedGroup described(
      GroupDescription group, ToIntFunction<String> operations) {
    return new DescribedGroup()
        .setErrorCode(group.error().code())
        .setErrorMessage(group.errorMessage())
        .setGroupId(group.groupId())
        .setGroupState(group.state())
        .setProtocolType(group.protocolType())
        .setProtocolData(group.protocolName())
        .setMembers(group.members().stream().map(DescribeGroupsHandler::member).toList())
        .setAuthorizedOperations(operations.applyAsInt(group.groupId()));
  }

  private static DescribedGroupMember member(GroupDescription.Member member) {
    return new DescribedGroupMember()
        .setMemberId(member.memberId())
        .setGroupInstanceId(member.groupInstanceId())
        .setClientId(member.client().clientId())
        .setClientHost(member.client().clientHost())
        .setMemberMetadata(member.metadata().array())
        .setMemberAssignment(member.assignment().array());
  }
}
