package org.stoker.coordinator.group;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member wants to be in the next generation of its group.
 *
 * @param memberId empty for a member that has none yet
 * @param protocols in the order in which the member likes them
 * @param rebalanceTimeoutMs the session timeout for clients that cannot send it (version 0)
 * @param memberIdRequired whether a new member must come again with the id it is given (version 4)
 * @param canSkipAssignment whether a leader can be told that nothing is to be divided (version 9)
 * @param reason the client's own words, for the log
 */
public record JoinGroupCommand(
    String groupId,
    String memberId,
    @Nullable String groupInstanceId,
    String protocolType,
    List<GroupProtocol> protocols,
    int sessionTimeoutMs,
    int rebalanceTimeoutMs,
    ClientIdentity client,
    boolean memberIdRequired,
    boolean canSkipAssignment,
    @Nullable String reason) {
  public static final String UNKNOWN_MEMBER_ID = "";

  boolean isFromUnknownMember() {
    return memberId.equals(UNKNOWN_MEMBER_ID);
  }

  /** What the coordinator would have to keep for the member. */
  long metadataBytes() {
    return protocols.stream()
        .mapToLong(protocol -> protocol.name().length() + protocol.metadata().size())
        .sum();
  }

  String reasonForLog() {
    return reason == null || reason.isEmpty() ? "not provided" : reason;
  }
}
