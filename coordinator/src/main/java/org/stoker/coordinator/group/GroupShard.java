package org.stoker.coordinator.group;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.MemoryShare;
import org.stoker.base.Seed;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.GroupRecord.GroupRemoved;
import org.stoker.coordinator.group.GroupRecord.GroupSaved;
import org.stoker.coordinator.group.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.runtime.Reply;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.protocol.ErrorCode;

/**
 * The groups of one partition of {@code __consumer_offsets}: decides what a command means, and owns
 * no thread, clock or log.
 *
 * <p>Who is in a group changes when it is decided: it is worth nothing without this broker, and
 * whoever was told something that is then lost joins again. Offsets count, for whoever asks, from
 * the moment they are stored, so nothing can be told that might vanish, and nothing need be undone
 * when an append fails; what is on its way is known to those decisions that write (removing,
 * expiring), so that they neither miss nor outrun it. (Kafka keeps the versions of both in timeline
 * structures and goes back to a snapshot.) A removed group is gone at once, so that nobody joins
 * it, and comes back if its removal was not stored.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class GroupShard {
  private static final Logger LOG = LoggerFactory.getLogger(GroupShard.class);

  private final GroupCoordinatorConfig config;
  private final ClassicRebalance rebalance;
  private final ClassicJoins joins;
  private final ClassicMembers memberships;
  private final GroupMemory memory;
  private final MemoryShare offsetsShare;
  private final MemoryShare membersShare;
  private final OffsetTable table;
  private final GroupOffsets offsets;
  private final Map<String, ClassicGroup> groups = new HashMap<>();
  // Their removal is on its way.
  private final Map<String, ClassicGroup> removed = new HashMap<>();

  GroupShard(
      GroupCoordinatorConfig config, Seed seed, GroupMemory memory, IntSupplier maxRecordBytes) {
    this.config = config;
    this.memory = memory;
    this.offsetsShare = new MemoryShare(memory.offsets());
    this.membersShare = new MemoryShare(memory.members());
    this.table = new OffsetTable(offsetsShare);
    this.rebalance = new ClassicRebalance(config);
    this.joins = new ClassicJoins(config, rebalance, seed, membersShare, maxRecordBytes);
    this.memberships = new ClassicMembers(rebalance, membersShare);
    this.offsets =
        new GroupOffsets(
            config.offsets(), table, offsetsShare, memory.maxLoggedMetadataBytesOfGroup());
  }

  // ---- members ----

  Decision join(JoinGroupCommand command, ReplyTo<JoinGroupReply> to, long nowMs) {
    var out = new Decision.Draft(nowMs);
    ClassicGroup group = groups.get(command.groupId());
    boolean isNew = group == null;
    if (group == null) {
      if (!command.isFromUnknownMember()) {
        out.reply(to, JoinGroupReply.refused(ErrorCode.UNKNOWN_MEMBER_ID, command.memberId()));
        return out.decide();
      }
      if (!hasRoomForGroupOf(command)) {
        out.reply(
            to,
            JoinGroupReply.refused(
                ErrorCode.GROUP_MAX_SIZE_REACHED, JoinGroupCommand.UNKNOWN_MEMBER_ID));
        return out.decide();
      }
      group = create(command.groupId(), nowMs);
    }
    joins.join(group, command, to, out);
    if (isNew) {
      out.store(group.savedAsNew());
      out.whenStored(new WhenStored.GroupCreated(command.groupId(), to));
    }
    return out.decide();
  }

  private boolean hasRoomForGroupOf(JoinGroupCommand command) {
    return membersShare.tryPrepare(ClassicGroupMember.heapBytesOf(command))
        && offsetsShare.tryPrepare(groupBytes(command.groupId()));
  }

  Decision sync(SyncGroupCommand command, ReplyTo<SyncGroupReply> to, long nowMs) {
    var out = new Decision.Draft(nowMs);
    ClassicGroup group = groups.get(command.groupId());
    if (group == null || group.isIn(ClassicGroupState.EMPTY)) {
      out.reply(to, SyncGroupReply.refused(ErrorCode.UNKNOWN_MEMBER_ID));
    } else {
      memberships.sync(group, command, to, out);
    }
    return out.decide();
  }

  Decision heartbeat(HeartbeatCommand command, ReplyTo<ErrorCode> to, long nowMs) {
    var out = new Decision.Draft(nowMs);
    ClassicGroup group = groups.get(command.groupId());
    out.reply(
        to,
        group == null ? ErrorCode.UNKNOWN_MEMBER_ID : memberships.heartbeat(group, command, out));
    return out.decide();
  }

  Decision leave(LeaveGroupCommand command, ReplyTo<LeaveGroupReply> to, long nowMs) {
    var out = new Decision.Draft(nowMs);
    ClassicGroup group = groups.get(command.groupId());
    if (group == null) {
      out.reply(to, LeaveGroupReply.refusedEach(ErrorCode.UNKNOWN_MEMBER_ID, command));
    } else {
      LeaveGroupReply reply = memberships.leave(group, command, out);
      out.whenStored(new WhenStored.Answer<>(to, reply, LeaveGroupReply::refused));
    }
    return out.decide();
  }

  // ---- offsets ----

  Decision commitOffsets(CommitOffsetsCommand command, ReplyTo<CommitOffsetsReply> to, long nowMs) {
    var out = new Decision.Draft(nowMs);
    ErrorCode error = checkCommit(command, out);
    if (error != ErrorCode.NONE) {
      out.reply(to, CommitOffsetsReply.refused(error, command));
    } else {
      CommitOffsetsReply reply = offsets.commit(command, out);
      if (out.storesAnything() || offsetsShare.tryPrepare(groupBytes(command.groupId()))) {
        // A consumer that manages its partitions itself, or an administrator, brings the group.
        groupOrNew(command.groupId(), nowMs);
      }
      out.whenStored(
          new WhenStored.Answer<>(
              to, reply, failure -> CommitOffsetsReply.refused(failure, command)));
    }
    return out.decide();
  }

  private ErrorCode checkCommit(CommitOffsetsCommand command, Decision.Draft out) {
    ClassicGroup group = groups.get(command.groupId());
    if (group == null) {
      if (command.generationId() >= 0) {
        return command.knowsGroupIdNotFound()
            ? ErrorCode.GROUP_ID_NOT_FOUND
            : ErrorCode.ILLEGAL_GENERATION;
      }
      return ErrorCode.NONE;
    }
    ErrorCode error = GroupOffsets.checkCommit(group, command);
    boolean keepsSession =
        group.isIn(ClassicGroupState.STABLE) || group.isIn(ClassicGroupState.PREPARING_REBALANCE);
    if (error == ErrorCode.NONE && keepsSession) {
      ClassicRebalance.refreshSession(group, group.member(command.memberId()), out);
    }
    return error;
  }

  FoundOffsets fetchOffsets(FetchOffsetsCommand command) {
    return offsets.fetch(command);
  }

  /** About what the answer takes; see {@link AnswerBytes}. */
  long bytesOfFetched(FetchOffsetsCommand command) {
    return AnswerBytes.OFFSET * offsets.countOf(command);
  }

  Decision deleteOffsets(DeleteOffsetsCommand command, ReplyTo<DeleteOffsetsReply> to, long nowMs) {
    var out = new Decision.Draft(nowMs);
    ClassicGroup group = groups.get(command.groupId());
    if (group == null) {
      out.reply(to, DeleteOffsetsReply.refused(ErrorCode.GROUP_ID_NOT_FOUND));
    } else if (!group.isIn(ClassicGroupState.EMPTY) && !group.isOfConsumers()) {
      // What the members of another kind of group work on is not known.
      out.reply(to, DeleteOffsetsReply.refused(ErrorCode.NON_EMPTY_GROUP));
    } else {
      DeleteOffsetsReply reply = offsets.delete(group, command, out);
      out.whenStored(new WhenStored.Answer<>(to, reply, DeleteOffsetsReply::refused));
    }
    return out.decide();
  }

  /** The offsets of a topic mean nothing for a topic of the same name that comes after it. */
  Decision topicsDeleted(Map<String, Uuid> deleted, long nowMs) {
    var out = new Decision.Draft(nowMs).divisible();
    offsets.topicsDeleted(deleted, out);
    return out.decide();
  }

  // ---- groups ----

  Decision deleteGroups(
      Collection<String> groupIds, ReplyTo<Map<String, ErrorCode>> to, long nowMs) {
    var out = new Decision.Draft(nowMs);
    var outcomes = new LinkedHashMap<String, ErrorCode>();
    for (String groupId : new LinkedHashSet<>(groupIds)) {
      ErrorCode error = checkDelete(groups.get(groupId));
      if (error == ErrorCode.NONE) {
        offsets.deleteAll(groupId, out);
        out.store(new GroupRemoved(groupId));
      }
      outcomes.put(groupId, error);
    }
    out.whenStored(
        new WhenStored.Answer<>(
            to,
            Collections.unmodifiableMap(outcomes),
            failure -> allTo(outcomes.keySet(), failure)));
    return out.decide();
  }

  private static ErrorCode checkDelete(@Nullable ClassicGroup group) {
    if (group == null) {
      return ErrorCode.GROUP_ID_NOT_FOUND;
    }
    return group.isIn(ClassicGroupState.EMPTY) ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
  }

  static Map<String, ErrorCode> allTo(Collection<String> groupIds, ErrorCode error) {
    var outcomes = new LinkedHashMap<String, ErrorCode>();
    groupIds.forEach(groupId -> outcomes.put(groupId, error));
    return outcomes;
  }

  /** Sorted by name; a filter without words lets everything through. */
  List<GroupListing> list(Set<String> states, Set<String> types) {
    boolean wantsClassic =
        types.isEmpty() || types.stream().anyMatch(GroupListing.CLASSIC::equalsIgnoreCase);
    if (!wantsClassic) {
      return List.of();
    }
    return groupIds().stream()
        .map(groups::get)
        .filter(group -> states.isEmpty() || states.stream().anyMatch(group.state()::isNamed))
        .map(ClassicGroup::listed)
        .toList();
  }

  long bytesOfList() {
    return AnswerBytes.GROUP * groups.size();
  }

  long bytesOfDescribed(String groupId) {
    ClassicGroup group = groups.get(groupId);
    return group == null ? AnswerBytes.GROUP : group.bytesOfDescribed();
  }

  GroupDescription describe(String groupId, boolean knowsGroupIdNotFound) {
    ClassicGroup group = groups.get(groupId);
    return group == null ? GroupDescription.dead(groupId, knowsGroupIdNotFound) : group.described();
  }

  // ---- time ----

  Decision timeFor(TimerEvent event, long nowMs) {
    var out = new Decision.Draft(nowMs);
    switch (event) {
      case TimerEvent.SessionExpired expired -> {
        ClassicGroup group = groups.get(expired.groupId());
        if (group != null) {
          memberships.sessionExpired(group, expired.memberId(), out);
        }
      }
      case TimerEvent.JoinTimeUp up -> {
        ClassicGroup group = groups.get(up.groupId());
        if (group != null && group.isIn(ClassicGroupState.PREPARING_REBALANCE)) {
          rebalance.completeJoin(group, out);
        }
      }
      case TimerEvent.InitialDelayOver over -> {
        ClassicGroup group = groups.get(over.groupId());
        if (group != null && group.isIn(ClassicGroupState.PREPARING_REBALANCE)) {
          rebalance.initialDelayOver(group, over, out);
        }
      }
      case TimerEvent.SyncTimeUp up -> {
        ClassicGroup group = groups.get(up.groupId());
        if (group != null) {
          rebalance.syncTimeUp(group, up.generationId(), out);
        }
      }
      case TimerEvent.ExpiryDue _ -> expire(out);
    }
    return out.decide();
  }

  private void expire(Decision.Draft out) {
    out.divisible();
    for (String groupId : groupIds()) {
      ClassicGroup group = groupOf(groupId);
      boolean nothingIsLeft = offsets.expire(group, out);
      if (nothingIsLeft && group.isIn(ClassicGroupState.EMPTY)) {
        out.store(new GroupRemoved(groupId));
      }
    }
    scheduleExpiry(out);
  }

  private void scheduleExpiry(Decision.Draft out) {
    out.setTimer(
        TimerKey.expiry(), config.offsets().retentionCheckIntervalMs(), new TimerEvent.ExpiryDue());
  }

  // ---- records ----

  /** The decision's records are on their way to the log. */
  void sent(GroupRecord record) {
    table.sent(record);
    if (record instanceof GroupRemoved removal) {
      ClassicGroup group = groups.remove(removal.groupId());
      if (group != null) {
        removed.put(removal.groupId(), group);
      }
    }
  }

  void stored(GroupRecord record, long recordOffset) {
    table.stored(record, recordOffset);
    switch (record) {
      case OffsetCommitted committed -> knownToLog(committed.key().groupId());
      case GroupSaved saved -> knownToLog(saved.groupId());
      case GroupRemoved removal -> forget(removed.remove(removal.groupId()));
      case GroupRecord.OffsetRemoved _ -> {
        // The table knows.
      }
    }
  }

  private void knownToLog(String groupId) {
    ClassicGroup group = groups.get(groupId);
    if (group != null) {
      group.setKnownToLog();
    }
  }

  void lost(GroupRecord record, long nowMs) {
    table.lost(record);
    switch (record) {
      case OffsetCommitted committed -> forgetIfNothing(committed.key().groupId());
      case GroupRemoved removal -> {
        ClassicGroup group = removed.remove(removal.groupId());
        if (group == null) {
          groupOrNew(removal.groupId(), nowMs);
        } else if (groups.putIfAbsent(removal.groupId(), group) != null) {
          forget(group);
        }
      }
      case GroupSaved _, GroupRecord.OffsetRemoved _ -> {
        // Nothing to take back.
      }
    }
  }

  /** A group that came with what is lost now goes with it. */
  private void forgetIfNothing(String groupId) {
    ClassicGroup group = groups.get(groupId);
    if (group != null
        && !group.isKnownToLog()
        && group.memberCount() == 0
        && !table.hasAnyOnTheirWay(groupId)) {
      forget(groups.remove(groupId));
    }
  }

  Decision goOn(WhenStored next, ErrorCode outcome, long nowMs) {
    var out = new Decision.Draft(nowMs);
    switch (next) {
      case WhenStored.Answer<?> answer -> answer(answer, outcome, out);
      case WhenStored.GroupCreated created -> {
        if (outcome != ErrorCode.NONE) {
          groupNotCreated(created, outcome, out);
        }
      }
      case WhenStored.AssignmentStored stored -> {
        ClassicGroup group = groups.get(stored.groupId());
        if (group != null) {
          memberships.assignmentStored(group, stored, outcome, out);
        }
      }
      case WhenStored.StaticMemberReplaced replaced -> {
        ClassicGroup group = groups.get(replaced.groupId());
        if (group != null) {
          joins.staticMemberReplaced(group, replaced, outcome, out);
        }
      }
    }
    return out.decide();
  }

  private static <R> void answer(
      WhenStored.Answer<R> answer, ErrorCode outcome, Decision.Draft out) {
    Reply<R> reply = answer.reply(outcome);
    out.reply(reply.to(), reply.body());
  }

  /** Its first member, if it still waits, is told so and leaves; it comes back by itself. */
  private void groupNotCreated(
      WhenStored.GroupCreated created, ErrorCode outcome, Decision.Draft out) {
    LOG.warn("Group {} could not be stored: {}", created.groupId(), outcome);
    ClassicGroup group = groups.get(created.groupId());
    if (group == null) {
      return;
    }
    for (ClassicGroupMember member : List.copyOf(group.members())) {
      if (created.to().equals(member.awaitingJoin())) {
        out.cancelTimer(TimerKey.session(group.groupId(), member.memberId()));
        ClassicRebalance.removeMember(group, member, outcome, out);
      }
    }
    forgetIfNothing(created.groupId());
  }

  // ---- beginning and end ----

  /** What the log says, while the shard is loaded. */
  void replay(GroupRecord record, long recordOffset, long nowMs) {
    switch (record) {
      case OffsetCommitted committed ->
          replayOffset(committed.key(), StoredOffset.of(committed.value(), recordOffset), nowMs);
      case GroupSaved saved -> replayGroup(saved);
      case GroupRemoved removal -> forget(groups.remove(removal.groupId()));
      case GroupRecord.OffsetRemoved _ -> table.replay(record, recordOffset);
    }
  }

  void replayOffset(OffsetKey key, StoredOffset offset, long nowMs) {
    table.put(key, offset);
    groupOrNew(key.groupId(), nowMs).setKnownToLog();
  }

  /** Members that memory has no room for are loaded as gone; they join again when they hear it. */
  private void replayGroup(GroupSaved saved) {
    forget(groups.remove(saved.groupId()));
    long memberBytes = 0;
    for (GroupRecord.SavedMember member : saved.members()) {
      memberBytes += ClassicGroupMember.heapBytesOf(member);
    }
    boolean hasRoom = memberBytes == 0 || membersShare.tryPrepare(memberBytes);
    if (!hasRoom) {
      LOG.info(
          "The {} members of group {} do not fit into memory and have to join again",
          saved.members().size(),
          saved.groupId());
    }
    keep(ClassicGroup.restored(hasRoom ? saved : saved.withoutMembers(), membersShare));
    membersShare.settle();
  }

  /** What was read of the log takes more than there is for groups and offsets. */
  boolean isOverLimit() {
    return memory.offsets().isExhausted();
  }

  /** The whole log was replayed: the members' time runs from now on. */
  Decision loaded(long nowMs) {
    var out = new Decision.Draft(nowMs);
    for (String groupId : groupIds()) {
      ClassicGroup group = groupOf(groupId);
      for (ClassicGroupMember member : group.members()) {
        ClassicRebalance.refreshSession(group, member, out);
      }
      if (group.memberCount() > config.maxSize()) {
        rebalance.prepare(
            group,
            "it has " + group.memberCount() + " members and may have " + config.maxSize(),
            out);
      }
    }
    scheduleExpiry(out);
    return out.decide();
  }

  /** Another broker leads the partition now: whoever waits is sent there. */
  Decision resigned(long nowMs) {
    var out = new Decision.Draft(nowMs);
    for (String groupId : groupIds()) {
      ClassicGroup group = groupOf(groupId);
      for (ClassicGroupMember member : group.members()) {
        ClassicRebalance.answerWaiting(
            group, member, ErrorCode.NOT_COORDINATOR, member.memberId(), out);
      }
      group.transitionTo(ClassicGroupState.DEAD, nowMs);
    }
    return out.decide();
  }

  // ---- for its own use, and for tests ----

  Set<String> groupIds() {
    return new TreeSet<>(groups.keySet());
  }

  @Nullable ClassicGroup findGroup(String groupId) {
    return groups.get(groupId);
  }

  /** Offsets that are not in the table yet are counted here, too. */
  MemoryShare offsetsShare() {
    return offsetsShare;
  }

  private ClassicGroup groupOf(String groupId) {
    ClassicGroup group = groups.get(groupId);
    if (group == null) {
      throw new IllegalStateException("there is no group " + groupId);
    }
    return group;
  }

  private ClassicGroup groupOrNew(String groupId, long nowMs) {
    ClassicGroup group = groups.get(groupId);
    return group == null ? create(groupId, nowMs) : group;
  }

  private ClassicGroup create(String groupId, long nowMs) {
    return keep(ClassicGroup.empty(groupId, nowMs, membersShare));
  }

  // ---- memory ----

  private ClassicGroup keep(ClassicGroup group) {
    groups.put(group.groupId(), group);
    offsetsShare.change(groupBytes(group.groupId()));
    return group;
  }

  private void forget(@Nullable ClassicGroup group) {
    if (group != null) {
      group.forgetMembers();
      offsetsShare.change(-groupBytes(group.groupId()));
    }
  }

  private static long groupBytes(String groupId) {
    return HeapBytes.GROUP + HeapBytes.of(groupId);
  }

  /** The decision was carried out: what it prepared for and did not make is not needed. */
  void settleMemory() {
    offsetsShare.settle();
    membersShare.settle();
  }

  /** Nobody uses these groups any more. */
  void close() {
    offsetsShare.close();
    membersShare.close();
  }
}
