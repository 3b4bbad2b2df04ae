package org.stoker.coordinator.group;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.Reply;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.protocol.ErrorCode;

/** What goes on when a decision's records are stored, or could not be. */
sealed interface WhenStored {
  /** An answer that must not leave before. */
  record Answer<R>(ReplyTo<R> to, R stored, Function<ErrorCode, R> failed) implements WhenStored {
    Reply<R> reply(ErrorCode outcome) {
      return new Reply<>(to, outcome == ErrorCode.NONE ? stored : failed.apply(outcome));
    }
  }

  /** A new group's name is kept; if not, its first member hears it. */
  record GroupCreated(String groupId, ReplyTo<JoinGroupReply> to) implements WhenStored {}

  /** The leader's assignment can be handed out. */
  record AssignmentStored(String groupId, int generationId, Map<String, Bytes> assignments)
      implements WhenStored {}

  /** A static member came back under a new id, and the group goes on as it is. */
  record StaticMemberReplaced(
      String groupId,
      Replacement replacement,
      ReplyTo<JoinGroupReply> to,
      boolean canSkipAssignment)
      implements WhenStored {}

  /** How to undo the replacement of a static member. */
  record Replacement(
      String groupInstanceId,
      String oldMemberId,
      String newMemberId,
      @Nullable String leaderBefore,
      List<GroupProtocol> oldProtocols,
      int oldRebalanceTimeoutMs,
      int oldSessionTimeoutMs) {}
}
