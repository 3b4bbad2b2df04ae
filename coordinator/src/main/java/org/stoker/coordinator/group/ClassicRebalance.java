package org.stoker.coordinator.group;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.Decision;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.coordinator.runtime.TimerChange;
import org.stoker.protocol.ErrorCode;

/**
 * Leads a classic group from one generation to the next: everybody joins again or is left behind, a
 * leader is chosen, it divides the work, and everybody is told.
 */
final class ClassicRebalance {
  private static final Logger LOG = LoggerFactory.getLogger(ClassicRebalance.class);

  private final GroupCoordinatorConfig config;

  ClassicRebalance(GroupCoordinatorConfig config) {
    this.config = config;
  }

  // ---- joining ----

  /** Starts a rebalance, or ends the one that runs if this was all it waited for. */
  void prepareOrComplete(ClassicGroup group, String reason, Decision.Draft<GroupRecord> out) {
    if (group.canRebalance()) {
      prepare(group, reason, out);
    } else {
      completeIfAllJoined(group, out);
    }
  }

  void prepare(ClassicGroup group, String reason, Decision.Draft<GroupRecord> out) {
    if (group.isIn(ClassicGroupState.COMPLETING_REBALANCE)) {
      dropAssignments(group, ErrorCode.REBALANCE_IN_PROGRESS, out);
    }
    group.clearPendingSync();
    out.cancelTimer(GroupTimers.sync(group.groupId()));

    boolean isFirst = group.isIn(ClassicGroupState.EMPTY);
    if (isFirst) {
      awaitFirstMembers(group, out);
    }
    group.transitionTo(ClassicGroupState.PREPARING_REBALANCE, out.nowMs());
    LOG.info(
        "Preparing to rebalance group {} with old generation {}: {}",
        group.groupId(),
        group.generationId(),
        reason);
    if (isFirst) {
      return;
    }
    if (group.haveAllJoined()) {
      completeJoin(group, out);
    } else {
      awaitJoins(group, out);
    }
  }

  /** More members usually start at about the same time: one rebalance for all of them. */
  private void awaitFirstMembers(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    int delayMs = config.initialRebalanceDelayMs();
    int remainingMs = Math.max(group.largestRebalanceTimeoutMs() - delayMs, 0);
    setInitialDelay(group, delayMs, remainingMs, out);
  }

  /** Waits once more if somebody came since, as long as the members' rebalance timeout allows. */
  private void initialDelayOver(
      ClassicGroup group, int delayMs, int remainingMs, Decision.Draft<GroupRecord> out) {
    if (!group.isIn(ClassicGroupState.PREPARING_REBALANCE)) {
      return;
    }
    if (!group.newMemberAdded() || remainingMs == 0) {
      completeJoin(group, out);
      return;
    }
    group.setNewMemberAdded(false);
    setInitialDelay(
        group,
        Math.min(config.initialRebalanceDelayMs(), remainingMs),
        Math.max(remainingMs - delayMs, 0),
        out);
  }

  private void setInitialDelay(
      ClassicGroup group, int delayMs, int remainingMs, Decision.Draft<GroupRecord> out) {
    out.setTimer(
        GroupTimers.join(group.groupId()),
        delayMs,
        unlessForgotten(group, later -> initialDelayOver(group, delayMs, remainingMs, later)));
  }

  /** A timer of a group that is forgotten when its time has come means nothing. */
  private static TimerChange.Operation<GroupRecord> unlessForgotten(
      ClassicGroup group, Consumer<Decision.Draft<GroupRecord>> rule) {
    return nowMs -> {
      var out = new Decision.Draft<GroupRecord>(nowMs);
      if (!group.isForgotten()) {
        rule.accept(out);
      }
      return out.decide();
    };
  }

  void completeIfAllJoined(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    boolean isFirst = group.previousState() == ClassicGroupState.EMPTY;
    if (group.isIn(ClassicGroupState.PREPARING_REBALANCE) && !isFirst && group.haveAllJoined()) {
      completeJoin(group, out);
    }
  }

  /** Who has not joined by now is left behind, unless it is static and may come back. */
  void completeJoin(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    out.cancelTimer(GroupTimers.join(group.groupId()));
    removeThoseWhoDidNotJoin(group, out);
    if (group.isIn(ClassicGroupState.DEAD)) {
      return;
    }
    if (!group.electJoinedLeader() && group.memberCount() > 0) {
      LOG.info("No member of group {} joined: the rebalance waits once more", group.groupId());
      awaitJoins(group, out);
      return;
    }
    group.startNextGeneration(out.nowMs());
    if (group.isIn(ClassicGroupState.EMPTY)) {
      LOG.info("Group {} is empty in generation {}", group.groupId(), group.generationId());
      out.append(GroupRecord.GroupSaved.of(group, Map.of()));
    } else {
      LOG.info(
          "Group {} is in generation {} with {} members",
          group.groupId(),
          group.generationId(),
          group.memberCount());
      tellGeneration(group, out);
    }
  }

  private static void removeThoseWhoDidNotJoin(
      ClassicGroup group, Decision.Draft<GroupRecord> out) {
    List<ClassicGroupMember> late =
        group.members().stream()
            .filter(member -> !member.isStatic() && member.awaitingJoin() == null)
            .toList();
    for (ClassicGroupMember member : late) {
      removeMember(group, member, ErrorCode.UNKNOWN_MEMBER_ID, out);
      out.cancelTimer(GroupTimers.session(group.groupId(), member.memberId()));
      LOG.info("Member {} of group {} did not join in time", member.memberId(), group.groupId());
    }
  }

  private void awaitJoins(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    out.setTimer(
        GroupTimers.join(group.groupId()),
        group.largestRebalanceTimeoutMs(),
        unlessForgotten(group, later -> joinTimeUp(group, later)));
  }

  private void joinTimeUp(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    if (group.isIn(ClassicGroupState.PREPARING_REBALANCE)) {
      completeJoin(group, out);
    }
  }

  private void tellGeneration(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    for (ClassicGroupMember member : group.members()) {
      ReplyTo<JoinGroupReply> to = group.takeAwaitingJoin(member);
      if (to != null) {
        out.reply(
            to, JoinGroupReply.joined(group, member, group.isLeader(member.memberId()), false));
      }
      refreshSession(group, member, out);
      member.setNew(false);
      group.addPendingSync(member.memberId());
    }
    int generationId = group.generationId();
    out.setTimer(
        GroupTimers.sync(group.groupId()),
        group.largestRebalanceTimeoutMs(),
        unlessForgotten(group, later -> syncTimeUp(group, generationId, later)));
  }

  // ---- assignments ----

  void assign(ClassicGroup group, Map<String, Bytes> assignments, Decision.Draft<GroupRecord> out) {
    for (ClassicGroupMember member : group.members()) {
      group.setAssignment(member, assignments.getOrDefault(member.memberId(), Bytes.EMPTY));
    }
    for (ClassicGroupMember member : group.members()) {
      tellAssignment(group, member, assigned(group, member), out);
    }
    group.transitionTo(ClassicGroupState.STABLE, out.nowMs());
  }

  static SyncGroupReply assigned(ClassicGroup group, ClassicGroupMember member) {
    return new SyncGroupReply(
        ErrorCode.NONE, group.protocolType(), group.protocolName(), member.assignment());
  }

  void dropAssignments(ClassicGroup group, ErrorCode error, Decision.Draft<GroupRecord> out) {
    for (ClassicGroupMember member : group.members()) {
      group.setAssignment(member, Bytes.EMPTY);
      tellAssignment(group, member, SyncGroupReply.refused(error), out);
    }
  }

  private void tellAssignment(
      ClassicGroup group,
      ClassicGroupMember member,
      SyncGroupReply reply,
      Decision.Draft<GroupRecord> out) {
    ReplyTo<SyncGroupReply> to = member.awaitingSync();
    if (to != null) {
      member.setAwaitingSync(null);
      out.reply(to, reply);
      refreshSession(group, member, out);
    }
  }

  /** Members that were told their generation and never asked for their assignment are gone. */
  private void syncTimeUp(ClassicGroup group, int generationId, Decision.Draft<GroupRecord> out) {
    boolean isCurrent =
        group.generationId() == generationId
            && (group.isIn(ClassicGroupState.COMPLETING_REBALANCE)
                || group.isIn(ClassicGroupState.STABLE));
    if (!isCurrent || !group.hasPendingSync()) {
      return;
    }
    for (String memberId : group.pendingSync()) {
      ClassicGroupMember member = group.findMember(memberId);
      if (member != null) {
        removeMember(group, member, ErrorCode.UNKNOWN_MEMBER_ID, out);
      }
      group.removePendingSync(memberId);
      out.cancelTimer(GroupTimers.session(group.groupId(), memberId));
      LOG.info("Member {} of group {} never synced", memberId, group.groupId());
    }
    prepare(group, "members did not ask for their assignments in time", out);
  }

  // ---- members ----

  /** Takes the member out; whatever it waits for is answered with the error. */
  static void removeMember(
      ClassicGroup group,
      ClassicGroupMember member,
      ErrorCode error,
      Decision.Draft<GroupRecord> out) {
    answerWaiting(group, member, error, JoinGroupCommand.UNKNOWN_MEMBER_ID, out);
    group.remove(member.memberId());
  }

  static void answerWaiting(
      ClassicGroup group,
      ClassicGroupMember member,
      ErrorCode error,
      String memberIdInReply,
      Decision.Draft<GroupRecord> out) {
    ReplyTo<JoinGroupReply> join = group.takeAwaitingJoin(member);
    if (join != null) {
      out.reply(join, JoinGroupReply.refused(error, memberIdInReply));
    }
    ReplyTo<SyncGroupReply> sync = member.awaitingSync();
    if (sync != null) {
      member.setAwaitingSync(null);
      out.reply(sync, SyncGroupReply.refused(error));
    }
  }

  void refreshSession(
      ClassicGroup group, ClassicGroupMember member, Decision.Draft<GroupRecord> out) {
    setSessionTimer(group, member.memberId(), member.sessionTimeoutMs(), out);
  }

  // ---- silence ----

  /** Given an id, it has to join with it within its session timeout. */
  void setSessionTimer(
      ClassicGroup group, String memberId, int timeoutMs, Decision.Draft<GroupRecord> out) {
    out.setTimer(
        GroupTimers.session(group.groupId(), memberId),
        timeoutMs,
        unlessForgotten(group, later -> sessionExpired(group, memberId, later)));
  }

  private void sessionExpired(
      ClassicGroup group, String memberId, Decision.Draft<GroupRecord> out) {
    if (group.isPendingJoin(memberId)) {
      LOG.info("Member {} never joined group {}", memberId, group.groupId());
      group.remove(memberId);
      completeIfNobodyIsMissing(group, out);
      return;
    }
    ClassicGroupMember member = group.findMember(memberId);
    if (member == null || member.livesByWaiting()) {
      return;
    }
    LOG.info("Member {} of group {} was silent for too long", memberId, group.groupId());
    removeMember(group, member, ErrorCode.UNKNOWN_MEMBER_ID, out);
    if (group.isIn(ClassicGroupState.STABLE)
        || group.isIn(ClassicGroupState.COMPLETING_REBALANCE)) {
      prepare(group, "member " + memberId + " was silent for too long", out);
    } else {
      completeIfNobodyIsMissing(group, out);
    }
  }

  /** Also in a group's first rebalance: if the last that was waited for is gone, it ends now. */
  private void completeIfNobodyIsMissing(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    if (group.isIn(ClassicGroupState.PREPARING_REBALANCE) && group.haveAllJoined()) {
      completeJoin(group, out);
    }
  }
}
