package org.stoker.coordinator.group;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.MemoryShare;
import org.stoker.coordinator.group.LeaveGroupCommand.LeavingMember;
import org.stoker.coordinator.group.LeaveGroupReply.LeftMember;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.Decision;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.protocol.ErrorCode;

/** What the members of a classic group may say once they joined, and what their silence means. */
final class ClassicMembers {
  private static final Logger LOG = LoggerFactory.getLogger(ClassicMembers.class);

  private final ClassicRebalance rebalance;
  private final MemoryShare memory;

  ClassicMembers(ClassicRebalance rebalance, MemoryShare memory) {
    this.rebalance = rebalance;
    this.memory = memory;
  }

  // ---- sync ----

  void sync(
      ClassicGroup group,
      SyncGroupCommand command,
      ReplyTo<SyncGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    ErrorCode error = checkSync(group, command);
    if (error != ErrorCode.NONE) {
      out.reply(to, SyncGroupReply.refused(error));
      return;
    }
    ClassicGroupMember member = group.member(command.memberId());
    switch (group.state()) {
      case PREPARING_REBALANCE ->
          out.reply(to, SyncGroupReply.refused(ErrorCode.REBALANCE_IN_PROGRESS));
      case COMPLETING_REBALANCE -> {
        awaitAssignment(member, to, out);
        removePendingSync(group, member, out);
        if (group.isLeader(member.memberId())) {
          takeAssignment(group, command, out);
        }
      }
      case STABLE -> {
        removePendingSync(group, member, out);
        out.reply(to, ClassicRebalance.assigned(group, member));
      }
      case EMPTY, DEAD ->
          throw new IllegalStateException("group " + group + " has member " + member.memberId());
    }
  }

  private static ErrorCode checkSync(ClassicGroup group, SyncGroupCommand command) {
    ErrorCode error = group.checkMember(command.memberId(), command.groupInstanceId());
    if (error != ErrorCode.NONE) {
      return error;
    }
    if (command.generationId() != group.generationId()) {
      return ErrorCode.ILLEGAL_GENERATION;
    }
    if (differ(command.protocolType(), group.protocolType())
        || differ(command.protocolName(), group.protocolName())) {
      return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    }
    return ErrorCode.NONE;
  }

  private static boolean differ(@Nullable String told, @Nullable String known) {
    return told != null && known != null && !told.equals(known);
  }

  /** A client that asks twice has given the first request up; it is answered all the same. */
  private static void awaitAssignment(
      ClassicGroupMember member, ReplyTo<SyncGroupReply> to, Decision.Draft<GroupRecord> out) {
    ReplyTo<SyncGroupReply> before = member.awaitingSync();
    if (before != null) {
      out.reply(before, SyncGroupReply.refused(ErrorCode.REBALANCE_IN_PROGRESS));
    }
    member.setAwaitingSync(to);
  }

  private static void removePendingSync(
      ClassicGroup group, ClassicGroupMember member, Decision.Draft<GroupRecord> out) {
    group.removePendingSync(member.memberId());
    if (!group.hasPendingSync()) {
      out.cancelTimer(GroupTimers.sync(group.groupId()));
    }
  }

  /** Without room for it the group cannot go on, and is told so instead of trying for ever. */
  private void takeAssignment(
      ClassicGroup group, SyncGroupCommand command, Decision.Draft<GroupRecord> out) {
    long bytes = 0;
    for (Bytes assignment : command.assignments().values()) {
      bytes += HeapBytes.of(assignment);
    }
    // Earlier ones go only when this one is stored.
    if (bytes == 0 || memory.tryPrepareFromReserve(bytes)) {
      storeAssignment(group, command, out);
    } else {
      rebalance.dropAssignments(group, ErrorCode.GROUP_MAX_SIZE_REACHED, out);
      rebalance.prepareOrComplete(group, "there is no memory for its assignment", out);
    }
  }

  /** Whom the leader forgot gets nothing to do. */
  private void storeAssignment(
      ClassicGroup group, SyncGroupCommand command, Decision.Draft<GroupRecord> out) {
    LOG.info(
        "The leader of group {} divided the work in generation {} for {} members, {} of them"
            + " static",
        group.groupId(),
        group.generationId(),
        group.memberCount(),
        group.staticMemberCount());
    Map<String, Bytes> assignments = new HashMap<>();
    for (ClassicGroupMember member : group.members()) {
      assignments.put(
          member.memberId(), command.assignments().getOrDefault(member.memberId(), Bytes.EMPTY));
    }
    out.append(GroupRecord.GroupSaved.of(group, assignments));
    int generationId = group.generationId();
    out.whenStored(
        (outcome, nowMs) -> assignmentStored(group, generationId, assignments, outcome, nowMs));
  }

  private Decision<GroupRecord> assignmentStored(
      ClassicGroup group,
      int generationId,
      Map<String, Bytes> assignments,
      ErrorCode outcome,
      long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    boolean isCurrent =
        group.isIn(ClassicGroupState.COMPLETING_REBALANCE) && group.generationId() == generationId;
    if (!isCurrent) {
      // A rebalance began while the assignment was on its way to the disk: it is worth nothing.
      return out.decide();
    }
    if (outcome == ErrorCode.NONE) {
      rebalance.assign(group, assignments, out);
    } else {
      rebalance.dropAssignments(group, outcome, out);
      rebalance.prepareOrComplete(group, "the assignment was not stored: " + outcome, out);
    }
    return out.decide();
  }

  // ---- heartbeat ----

  ErrorCode heartbeat(
      ClassicGroup group, HeartbeatCommand command, Decision.Draft<GroupRecord> out) {
    ErrorCode error = group.checkMember(command.memberId(), command.groupInstanceId());
    if (error != ErrorCode.NONE) {
      return error;
    }
    if (command.generationId() != group.generationId()) {
      return ErrorCode.ILLEGAL_GENERATION;
    }
    rebalance.refreshSession(group, group.member(command.memberId()), out);
    return group.isIn(ClassicGroupState.PREPARING_REBALANCE)
        ? ErrorCode.REBALANCE_IN_PROGRESS
        : ErrorCode.NONE;
  }

  // ---- leave ----

  LeaveGroupReply leave(
      ClassicGroup group, LeaveGroupCommand command, Decision.Draft<GroupRecord> out) {
    List<LeftMember> left = new ArrayList<>();
    boolean anyLeft = false;
    for (LeavingMember leaving : command.members()) {
      ErrorCode error = leave(group, leaving, out);
      anyLeft |= error == ErrorCode.NONE;
      left.add(new LeftMember(leaving.memberId(), leaving.groupInstanceId(), error));
    }
    if (anyLeft) {
      afterLeaving(group, out);
    }
    return new LeaveGroupReply(ErrorCode.NONE, left);
  }

  private void afterLeaving(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    switch (group.state()) {
      case STABLE, COMPLETING_REBALANCE -> rebalance.prepare(group, "members left", out);
      case PREPARING_REBALANCE -> rebalance.completeIfAllJoined(group, out);
      case EMPTY, DEAD -> {
        // Only members that had not joined yet can leave: nobody else need know.
      }
    }
  }

  private static ErrorCode leave(
      ClassicGroup group, LeavingMember leaving, Decision.Draft<GroupRecord> out) {
    String memberId = leaving.memberId();
    if (memberId.equals(JoinGroupCommand.UNKNOWN_MEMBER_ID)) {
      String known = group.memberIdOfInstance(leaving.groupInstanceId());
      if (known == null) {
        return ErrorCode.UNKNOWN_MEMBER_ID;
      }
      memberId = known;
    } else if (group.isPendingJoin(memberId)) {
      group.remove(memberId);
      out.cancelTimer(GroupTimers.session(group.groupId(), memberId));
      return ErrorCode.NONE;
    } else {
      ErrorCode error = group.checkMember(memberId, leaving.groupInstanceId());
      if (error != ErrorCode.NONE) {
        return error;
      }
    }
    LOG.info(
        "Member {} left group {}; client reason: {}",
        memberId,
        group.groupId(),
        leaving.reason() == null ? "not provided" : leaving.reason());
    out.cancelTimer(GroupTimers.session(group.groupId(), memberId));
    ClassicRebalance.removeMember(group, group.member(memberId), ErrorCode.UNKNOWN_MEMBER_ID, out);
    return ErrorCode.NONE;
  }
}
