package org.stoker.coordinator.group;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.stoker.coordinator.runtime.Decision;
import org.stoker.coordinator.runtime.ReplicatedFacts;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.coordinator.runtime.Shard;
import org.stoker.coordinator.runtime.StateMachine;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.protocol.ErrorCode;

/**
 * The groups of one partition of {@code __consumer_offsets}: decides what a command means, and owns
 * no thread, clock or log.
 *
 * <p>Which groups there are, and what they have committed, follows from records alone. The members
 * of a classic group are kept beside that and change when it is decided: they are worth nothing
 * without this broker, and a member that was told of a generation whose record is then lost joins
 * again. (Kafka's classic groups are the same.)
 */
@ConfinedTo(Shard.SHARD_LANE)
final class GroupShard implements StateMachine<GroupRecord> {
  private static final Logger LOG = LoggerFactory.getLogger(GroupShard.class);

  private final GroupCoordinatorConfig config;
  private final ReplicatedFacts<GroupFacts, GroupRecord> facts;
  private final ClassicRebalance rebalance;
  private final ClassicJoins joins;
  private final ClassicMembers memberships;
  private final MemoryShare membersShare;
  private final GroupOffsets offsets;
  private final ClassicGroups groups;

  /**
   * @param maxRecordBytes as much as a group may take in the log
   */
  GroupShard(
      GroupCoordinatorConfig config,
      ReplicatedFacts<GroupFacts, GroupRecord> facts,
      GroupMemory memory,
      Seed seed,
      IntSupplier maxRecordBytes) {
    this.config = config;
    this.facts = facts;
    this.membersShare = new MemoryShare(memory.members());
    this.groups = new ClassicGroups(facts, membersShare);
    this.rebalance = new ClassicRebalance(config);
    this.joins = new ClassicJoins(config, rebalance, seed, membersShare, maxRecordBytes);
    this.memberships = new ClassicMembers(rebalance, membersShare);
    this.offsets =
        new GroupOffsets(config.offsets(), facts, memory.maxLoggedMetadataBytesOfGroup());
  }

  // ---- members ----

  Decision<GroupRecord> join(JoinGroupCommand command, ReplyTo<JoinGroupReply> to, long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    ClassicGroup group = groups.find(command.groupId());
    if (group != null) {
      joinKnown(group, command, to, out);
      return out.decide();
    }
    if (!command.isFromUnknownMember()) {
      out.reply(to, JoinGroupReply.refused(ErrorCode.UNKNOWN_MEMBER_ID, command.memberId()));
    } else if (!hasRoomForGroupOf(command)) {
      out.reply(
          to,
          JoinGroupReply.refused(
              ErrorCode.GROUP_MAX_SIZE_REACHED, JoinGroupCommand.UNKNOWN_MEMBER_ID));
    } else {
      createAndJoin(command, to, out);
    }
    return out.decide();
  }

  private void joinKnown(
      ClassicGroup group,
      JoinGroupCommand command,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    boolean wasHere = groups.isKept(group.groupId());
    groups.keep(group);
    joins.join(group, command, to, out);
    boolean isUntouched = group.isIn(ClassicGroupState.EMPTY) && group.pendingJoin().isEmpty();
    if (!wasHere && isUntouched) {
      // The member was refused; the facts know all there is to know.
      groups.forget(group.groupId());
    }
  }

  private void createAndJoin(
      JoinGroupCommand command, ReplyTo<JoinGroupReply> to, Decision.Draft<GroupRecord> out) {
    ClassicGroup created = ClassicGroup.empty(command.groupId(), out.nowMs(), membersShare);
    groups.keep(created);
    joins.join(created, command, to, out);
    out.append(GroupSaved.ofNew(created));
    out.whenStored((outcome, nowMs) -> created(created, to, outcome, nowMs));
  }

  private boolean hasRoomForGroupOf(JoinGroupCommand command) {
    return membersShare.tryPrepare(ClassicGroupMember.heapBytesOf(command))
        && facts.memory().tryPrepare(ClassicGroups.bytesOfNew(command.groupId()));
  }

  Decision<GroupRecord> sync(SyncGroupCommand command, ReplyTo<SyncGroupReply> to, long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    ClassicGroup group = groups.find(command.groupId());
    if (group == null || group.isIn(ClassicGroupState.EMPTY)) {
      out.reply(to, SyncGroupReply.refused(ErrorCode.UNKNOWN_MEMBER_ID));
    } else {
      memberships.sync(group, command, to, out);
    }
    return out.decide();
  }

  Decision<GroupRecord> heartbeat(HeartbeatCommand command, ReplyTo<ErrorCode> to, long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    ClassicGroup group = groups.find(command.groupId());
    out.reply(
        to,
        group == null ? ErrorCode.UNKNOWN_MEMBER_ID : memberships.heartbeat(group, command, out));
    return out.decide();
  }

  Decision<GroupRecord> leave(LeaveGroupCommand command, ReplyTo<LeaveGroupReply> to, long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    ClassicGroup group = groups.find(command.groupId());
    if (group == null) {
      out.reply(to, LeaveGroupReply.refusedEach(ErrorCode.UNKNOWN_MEMBER_ID, command));
    } else {
      LeaveGroupReply reply = memberships.leave(group, command, out);
      out.replyWhenStored(to, reply, LeaveGroupReply::refused);
    }
    return out.decide();
  }

  // ---- offsets ----

  Decision<GroupRecord> commitOffsets(
      CommitOffsetsCommand command, ReplyTo<CommitOffsetsReply> to, long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    ErrorCode error = checkCommit(command, out);
    if (error != ErrorCode.NONE) {
      out.reply(to, CommitOffsetsReply.refused(error, command));
    } else {
      CommitOffsetsReply reply = offsets.commit(command, out);
      if (!out.appendsAnything()) {
        keepWithoutRecords(command.groupId(), nowMs);
      }
      out.replyWhenStored(to, reply, failure -> CommitOffsetsReply.refused(failure, command));
    }
    return out.decide();
  }

  /** As in Kafka, a commit brings its group also if all of its offsets were refused. */
  private void keepWithoutRecords(String groupId, long nowMs) {
    if (groups.find(groupId) == null
        && facts.memory().tryPrepare(ClassicGroups.bytesOfNew(groupId))) {
      ClassicGroup group = ClassicGroup.empty(groupId, nowMs, membersShare);
      group.setOnlyHere(true);
      groups.keep(group);
    }
  }

  private ErrorCode checkCommit(CommitOffsetsCommand command, Decision.Draft<GroupRecord> out) {
    ClassicGroup group = groups.find(command.groupId());
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
      rebalance.refreshSession(group, group.member(command.memberId()), out);
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

  Decision<GroupRecord> deleteOffsets(
      DeleteOffsetsCommand command, ReplyTo<DeleteOffsetsReply> to, long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    ClassicGroup group = groups.find(command.groupId());
    if (group == null) {
      out.reply(to, DeleteOffsetsReply.refused(ErrorCode.GROUP_ID_NOT_FOUND));
    } else if (!group.isIn(ClassicGroupState.EMPTY) && !group.isOfConsumers()) {
      // What the members of another kind of group work on is not known.
      out.reply(to, DeleteOffsetsReply.refused(ErrorCode.NON_EMPTY_GROUP));
    } else {
      DeleteOffsetsReply reply = offsets.delete(group, command, out);
      out.replyWhenStored(to, reply, DeleteOffsetsReply::refused);
    }
    return out.decide();
  }

  /** The offsets of a topic mean nothing for a topic of the same name that comes after it. */
  @Override
  public Decision<GroupRecord> imageChanged(MetadataDelta delta, ClusterImage image, long nowMs) {
    Map<String, Uuid> deleted = new HashMap<>();
    delta.deletedTopics().forEach((id, topic) -> deleted.put(topic.name(), id));
    var out = new Decision.Draft<GroupRecord>(nowMs).divisible();
    offsets.topicsDeleted(deleted, out);
    return out.decide();
  }

  // ---- groups ----

  Decision<GroupRecord> deleteGroups(
      Collection<String> groupIds, ReplyTo<Map<String, ErrorCode>> to, long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    var outcomes = new LinkedHashMap<String, ErrorCode>();
    for (String groupId : new LinkedHashSet<>(groupIds)) {
      ClassicGroup group = groups.find(groupId);
      ErrorCode error = checkDelete(group);
      if (group != null && error == ErrorCode.NONE) {
        offsets.deleteAll(groupId, out);
        remove(group, out);
      }
      outcomes.put(groupId, error);
    }
    out.replyWhenStored(
        to, Collections.unmodifiableMap(outcomes), failure -> allTo(outcomes.keySet(), failure));
    return out.decide();
  }

  /** It is there no longer from now on, unless the record is lost. */
  private static void remove(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    group.setOnlyHere(false);
    out.append(new GroupRemoved(group.groupId()));
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
    return groups.ids().stream()
        .map(groups::get)
        .filter(group -> states.isEmpty() || states.stream().anyMatch(group.state()::isNamed))
        .map(GroupListing::of)
        .toList();
  }

  long bytesOfList() {
    return AnswerBytes.GROUP * groups.ids().size();
  }

  long bytesOfDescribed(String groupId) {
    ClassicGroup group = groups.find(groupId);
    return group == null ? AnswerBytes.GROUP : GroupDescription.bytesOf(group);
  }

  GroupDescription describe(String groupId, boolean knowsGroupIdNotFound) {
    ClassicGroup group = groups.find(groupId);
    return group == null
        ? GroupDescription.dead(groupId, knowsGroupIdNotFound)
        : GroupDescription.of(group);
  }

  // ---- time ----

  private Decision<GroupRecord> expire(long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs).divisible();
    for (String groupId : groups.ids()) {
      ClassicGroup group = groups.get(groupId);
      boolean nothingIsLeft = offsets.expire(group, out);
      if (nothingIsLeft && group.isIn(ClassicGroupState.EMPTY)) {
        remove(group, out);
      }
    }
    scheduleExpiry(out);
    return out.decide();
  }

  private void scheduleExpiry(Decision.Draft<GroupRecord> out) {
    out.setTimer(GroupTimers.expiry(), config.offsets().retentionCheckIntervalMs(), this::expire);
  }

  // ---- records ----

  @Override
  public void settled(List<GroupRecord> records) {
    records.forEach(record -> groups.forgetUnlessThere(record.groupId()));
  }

  /** If it could not be, its first member is told so and leaves; it comes back by itself. */
  private static Decision<GroupRecord> created(
      ClassicGroup group, ReplyTo<JoinGroupReply> to, ErrorCode outcome, long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    if (outcome != ErrorCode.NONE) {
      LOG.warn("Group {} could not be stored: {}", group.groupId(), outcome);
      for (ClassicGroupMember member : List.copyOf(group.members())) {
        if (to.equals(member.awaitingJoin())) {
          out.cancelTimer(GroupTimers.session(group.groupId(), member.memberId()));
          ClassicRebalance.removeMember(group, member, outcome, out);
        }
      }
    }
    return out.decide();
  }

  // ---- beginning and end ----

  /** The log remembers the members of a group, so that they need not join again. */
  @Override
  public void recall(GroupRecord record) {
    switch (record) {
      case GroupSaved saved -> recallMembers(saved);
      case GroupRemoved removed -> groups.forget(removed.groupId());
      case GroupRecord.OffsetCommitted _, GroupRecord.OffsetRemoved _ -> {
        // The facts know.
      }
    }
  }

  /** Members that memory has no room for are loaded as gone; they join again when they hear it. */
  private void recallMembers(GroupSaved saved) {
    groups.forget(saved.groupId());
    if (saved.members().isEmpty()) {
      return;
    }
    long memberBytes = 0;
    for (GroupRecord.SavedMember member : saved.members()) {
      memberBytes += ClassicGroupMember.heapBytesOf(member);
    }
    if (membersShare.tryPrepare(memberBytes)) {
      groups.keep(ClassicGroup.restored(saved, membersShare));
      membersShare.settle();
    } else {
      LOG.info(
          "The {} members of group {} do not fit into memory and have to join again",
          saved.members().size(),
          saved.groupId());
    }
  }

  /** The whole log was replayed: the members' time runs from now on. */
  @Override
  public Decision<GroupRecord> loaded(long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    for (ClassicGroup group : groups.kept()) {
      for (ClassicGroupMember member : group.members()) {
        rebalance.refreshSession(group, member, out);
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
  @Override
  public Decision<GroupRecord> resigned(long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    for (ClassicGroup group : groups.kept()) {
      for (ClassicGroupMember member : group.members()) {
        ClassicRebalance.answerWaiting(
            group, member, ErrorCode.NOT_COORDINATOR, member.memberId(), out);
      }
      group.transitionTo(ClassicGroupState.DEAD, nowMs);
    }
    return out.decide();
  }

  // ---- memory ----

  @Override
  public void carriedOut() {
    membersShare.settle();
  }

  @Override
  public void close() {
    membersShare.close();
  }

  @Override
  public String summary() {
    return facts.committed().groupCount() + " groups";
  }
}
