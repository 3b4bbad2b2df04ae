package org.stoker.handlers;

import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.DeleteGroupsRequest;
import org.stoker.protocol.message.DeleteGroupsResponse;
import org.stoker.protocol.message.DeleteGroupsResponse.DeletableGroupResult;

/** DeleteGroups: groups without members are forgotten, with their offsets. */
final class DeleteGroupsHandler implements Handler<DeleteGroupsRequest> {
  private final GroupCoordinator groups;

  DeleteGroupsHandler(GroupCoordinator groups) {
    this.groups = groups;
  }

  @Override
  public void handle(DeleteGroupsRequest body, RequestContext context) {
    Answers.when(
        groups.deleteGroups(body.groupsNames()),
        context,
        outcomes ->
            new DeleteGroupsResponse()
                .setResults(
                    outcomes.entrySet().stream()
                        .map(outcome ->
                            new DeletableGroupResult()
                                .setGroupId(outcome.getKey())
                                .setErrorCode(outcome.getValue().code()))
                        .toList()));
  }
}
