package org.stoker.handlers;

import java.util.Set;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.group.GroupListing;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.ListGroupsRequest;
import org.stoker.protocol.message.ListGroupsResponse;
import org.stoker.protocol.message.ListGroupsResponse.ListedGroup;

/** ListGroups: the groups that this broker coordinates. */
final class ListGroupsHandler implements Handler<ListGroupsRequest> {
  private final GroupCoordinator groups;

  ListGroupsHandler(GroupCoordinator groups) {
    this.groups = groups;
  }

  @Override
  public void handle(ListGroupsRequest body, RequestContext context) {
    Answers.when(
        groups.listGroups(
            Set.copyOf(body.statesFilter()), Set.copyOf(body.typesFilter()), context::tryClaim),
        context,
        listing ->
            new ListGroupsResponse()
                .setErrorCode(listing.error().code())
                .setGroups(listing.groups().stream().map(ListGroupsHandler::listed).toList()));
  }

  private static ListedGroup listed(GroupListing group) {
    return new ListedGroup()
        .setGroupId(group.groupId())
        .setProtocolType(group.protocolType())
        .setGroupState(group.state())
        .setGroupType(group.type());
  }
}
