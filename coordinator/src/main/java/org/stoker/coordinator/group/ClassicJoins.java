package org.stoker.coordinator.group;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.MemoryShare;
import org.stoker.base.Seed;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.Decision;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.protocol.ErrorCode;

/**
 * Who may join a classic group, under which id, and what that sets off.
 *
 * <p>A dynamic member gets an id and is asked to come again with it (KIP-394), so that one whose
 * answer is lost leaves no ghost. A static member (KIP-345) is known by its instance: it comes back
 * with no id, gets a new one, and whoever still uses the old one is fenced.
 */
final class ClassicJoins {
  /** As many ids of one group may be out at once; who asks for more is refused. */
  static final int MOST_PENDING_JOINS = 10_000;

  /** Of at most three bytes each, they leave room for the rest in a string of 32,767 bytes. */
  private static final int MOST_NAME_CHARS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(ClassicJoins.class);

  private final GroupCoordinatorConfig config;
  private final ClassicRebalance rebalance;
  private final Seed seed;
  private final MemoryShare memory;
  private final IntSupplier maxRecordBytes;

  /**
   * @param maxRecordBytes as much as a group may take in the log
   */
  ClassicJoins(
      GroupCoordinatorConfig config,
      ClassicRebalance rebalance,
      Seed seed,
      MemoryShare memory,
      IntSupplier maxRecordBytes) {
    this.config = config;
    this.rebalance = rebalance;
    this.seed = seed;
    this.memory = memory;
    this.maxRecordBytes = maxRecordBytes;
  }

  void join(
      ClassicGroup group,
      JoinGroupCommand command,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    if (!hasRoomFor(group, command.memberId())) {
      leaveOutside(group, command.memberId(), out);
      out.reply(
          to,
          JoinGroupReply.refused(
              ErrorCode.GROUP_MAX_SIZE_REACHED, JoinGroupCommand.UNKNOWN_MEMBER_ID));
    } else if (!fitsInMemory(group, command)) {
      // As of a group that is full; an old member that cannot grow keeps what it had.
      out.reply(to, JoinGroupReply.refused(ErrorCode.GROUP_MAX_SIZE_REACHED, command.memberId()));
    } else if (!group.supports(command.protocolType(), command.protocols())) {
      out.reply(
          to, JoinGroupReply.refused(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, command.memberId()));
    } else if (command.isFromUnknownMember()) {
      joinUnknown(group, command, to, out);
    } else {
      joinKnown(group, command, to, out);
    }
  }

  private boolean hasRoomFor(ClassicGroup group, String memberId) {
    return switch (group.state()) {
      case EMPTY, DEAD -> true;
      // Those who joined count, not those who are still members: a group that is too large since
      // the limit was lowered takes the first that come.
      case PREPARING_REBALANCE -> {
        ClassicGroupMember member = group.findMember(memberId);
        yield (member != null && member.awaitingJoin() != null)
            || group.awaitingJoinCount() < config.maxSize();
      }
      case COMPLETING_REBALANCE, STABLE ->
          group.hasMember(memberId) || group.memberCount() < config.maxSize();
    };
  }

  private boolean fitsInMemory(ClassicGroup group, JoinGroupCommand command) {
    long bytes = ClassicGroupMember.heapBytesOf(command);
    ClassicGroupMember member = memberOf(group, command);
    if (member == null) {
      return memory.tryPrepare(bytes) && group.fitsInOneRecord(command, maxRecordBytes.getAsInt());
    }
    long grownBytes = bytes - (member.heapBytes() - HeapBytes.of(member.assignment()));
    return grownBytes <= 0
        || (memory.tryPrepareFromReserve(grownBytes)
            && group.fitsInOneRecord(command, maxRecordBytes.getAsInt()));
  }

  private static @Nullable ClassicGroupMember memberOf(
      ClassicGroup group, JoinGroupCommand command) {
    String memberId =
        command.isFromUnknownMember()
            ? group.memberIdOfInstance(command.groupInstanceId())
            : command.memberId();
    return memberId == null ? null : group.findMember(memberId);
  }

  private static void leaveOutside(
      ClassicGroup group, String memberId, Decision.Draft<GroupRecord> out) {
    ClassicGroupMember member = group.findMember(memberId);
    if (member == null) {
      group.remove(memberId);
    } else {
      ClassicRebalance.removeMember(group, member, ErrorCode.GROUP_MAX_SIZE_REACHED, out);
    }
  }

  // ---- members without an id ----

  private void joinUnknown(
      ClassicGroup group,
      JoinGroupCommand command,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    String groupInstanceId = command.groupInstanceId();
    String newMemberId = newMemberId(command);
    if (groupInstanceId != null) {
      String knownMemberId = group.memberIdOfInstance(groupInstanceId);
      if (knownMemberId == null) {
        add(group, command, newMemberId, to, out);
      } else {
        replaceStatic(group, command, group.member(knownMemberId), newMemberId, to, out);
      }
    } else if (!command.memberIdRequired()) {
      add(group, command, newMemberId, to, out);
    } else if (group.pendingJoin().size() >= MOST_PENDING_JOINS) {
      out.reply(
          to,
          JoinGroupReply.refused(
              ErrorCode.GROUP_MAX_SIZE_REACHED, JoinGroupCommand.UNKNOWN_MEMBER_ID));
    } else {
      group.addPendingJoin(newMemberId);
      rebalance.setSessionTimer(group, newMemberId, command.sessionTimeoutMs(), out);
      out.reply(to, JoinGroupReply.refused(ErrorCode.MEMBER_ID_REQUIRED, newMemberId));
    }
  }

  /** A member's own name comes first, for people who read it; cut, so that it can be written. */
  private String newMemberId(JoinGroupCommand command) {
    String instanceId = command.groupInstanceId();
    String name = instanceId == null ? command.client().clientId() : instanceId;
    return name.substring(0, Math.min(name.length(), MOST_NAME_CHARS)) + "-" + randomUuid();
  }

  private UUID randomUuid() {
    long most = (seed.nextLong() & 0xFFFFFFFFFFFF0FFFL) | 0x4000L;
    long least = (seed.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(most, least);
  }

  private void add(
      ClassicGroup group,
      JoinGroupCommand command,
      String memberId,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    var member =
        new ClassicGroupMember(
            memberId,
            command.groupInstanceId(),
            command.client(),
            command.protocolType(),
            command.protocols(),
            command.rebalanceTimeoutMs(),
            command.sessionTimeoutMs());
    member.setNew(true);
    if (group.isIn(ClassicGroupState.PREPARING_REBALANCE)
        && group.previousState() == ClassicGroupState.EMPTY) {
      group.setNewMemberAdded(true);
    }
    group.add(member);
    group.awaitJoin(member, to);
    // Its session starts when it is told its generation; until then a client that gave up waiting
    // must not hold the group up for ever.
    rebalance.setSessionTimer(
        group, memberId, GroupCoordinatorConfig.NEW_MEMBER_JOIN_TIMEOUT_MS, out);
    rebalance.prepareOrComplete(
        group, "new member " + memberId + "; client reason: " + command.reasonForLog(), out);
  }

  // ---- members with an id ----

  private void joinKnown(
      ClassicGroup group,
      JoinGroupCommand command,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    String memberId = command.memberId();
    if (group.isPendingJoin(memberId)) {
      joinPending(group, command, to, out);
      return;
    }
    ErrorCode error = group.checkMember(memberId, command.groupInstanceId());
    if (error != ErrorCode.NONE) {
      out.reply(
          to,
          new JoinGroupReply(
              error, JoinGroupReply.NO_GENERATION, null, null, "", false, memberId, List.of()));
      return;
    }
    rejoin(group, command, group.member(memberId), to, out);
  }

  private void joinPending(
      ClassicGroup group,
      JoinGroupCommand command,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    if (command.groupInstanceId() != null) {
      // Such an id is only given to members without an instance.
      out.reply(
          to,
          JoinGroupReply.refused(
              ErrorCode.UNKNOWN_SERVER_ERROR, JoinGroupCommand.UNKNOWN_MEMBER_ID));
      return;
    }
    add(group, command, command.memberId(), to, out);
  }

  private void rejoin(
      ClassicGroup group,
      JoinGroupCommand command,
      ClassicGroupMember member,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    boolean isLeader = group.isLeader(member.memberId());
    boolean isSame = command.protocols().equals(member.protocols());
    switch (group.state()) {
      case PREPARING_REBALANCE -> update(group, command, member, to, out);
      case COMPLETING_REBALANCE -> {
        if (isSame) {
          // Its answer was lost: it gets it again.
          out.reply(to, JoinGroupReply.joined(group, member, isLeader, false));
        } else {
          update(group, command, member, to, out);
        }
      }
      case STABLE -> {
        // A leader that joins again wants the work divided anew, for reasons of its own.
        if (isLeader || !isSame) {
          update(group, command, member, to, out);
        } else {
          out.reply(to, JoinGroupReply.joined(group, member, false, false));
        }
      }
      case EMPTY, DEAD ->
          out.reply(to, JoinGroupReply.refused(ErrorCode.UNKNOWN_MEMBER_ID, command.memberId()));
    }
  }

  private void update(
      ClassicGroup group,
      JoinGroupCommand command,
      ClassicGroupMember member,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    group.updateMember(
        member, command.protocols(), command.rebalanceTimeoutMs(), command.sessionTimeoutMs());
    awaitInsteadOfBefore(group, member, to, out);
    rebalance.prepareOrComplete(
        group,
        "member " + member.memberId() + " joins again; client reason: " + command.reasonForLog(),
        out);
  }

  /** A client that asks twice has given the first request up; it is answered all the same. */
  private static void awaitInsteadOfBefore(
      ClassicGroup group,
      ClassicGroupMember member,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    ReplyTo<JoinGroupReply> before = group.takeAwaitingJoin(member);
    if (before != null) {
      out.reply(before, JoinGroupReply.refused(ErrorCode.REBALANCE_IN_PROGRESS, member.memberId()));
    }
    group.awaitJoin(member, to);
  }

  // ---- static members that come back ----

  private void replaceStatic(
      ClassicGroup group,
      JoinGroupCommand command,
      ClassicGroupMember old,
      String newMemberId,
      ReplyTo<JoinGroupReply> to,
      Decision.Draft<GroupRecord> out) {
    LOG.info(
        "Static member {} of group {} came back: {} replaces {}",
        old.groupInstanceId(),
        group.groupId(),
        newMemberId,
        old.memberId());
    String leaderBefore = group.leader();
    answerFenced(group, old, out);
    ClassicGroupMember renamed = old.renamed(newMemberId);
    group.replace(old, renamed);
    rebalance.refreshSession(group, renamed, out);
    group.updateMember(
        renamed, command.protocols(), command.rebalanceTimeoutMs(), command.sessionTimeoutMs());
    group.awaitJoin(renamed, to);
    goOnAfterReplacement(group, command, new Replacement(old, renamed, leaderBefore, to), out);
  }

  private static void answerFenced(
      ClassicGroup group, ClassicGroupMember old, Decision.Draft<GroupRecord> out) {
    ReplyTo<JoinGroupReply> join = group.takeAwaitingJoin(old);
    if (join != null) {
      out.reply(
          join,
          new JoinGroupReply(
              ErrorCode.FENCED_INSTANCE_ID,
              JoinGroupReply.NO_GENERATION,
              null,
              null,
              "",
              false,
              old.memberId(),
              List.of()));
    }
    ReplyTo<SyncGroupReply> sync = old.awaitingSync();
    if (sync != null) {
      old.setAwaitingSync(null);
      out.reply(sync, SyncGroupReply.refused(ErrorCode.FENCED_INSTANCE_ID));
    }
  }

  /**
   * A static member under its old and its new id.
   *
   * @param old as it was, so that it can be put back
   * @param to where the answer to its join goes
   */
  private record Replacement(
      ClassicGroupMember old,
      ClassicGroupMember renamed,
      @Nullable String leaderBefore,
      ReplyTo<JoinGroupReply> to) {}

  private void goOnAfterReplacement(
      ClassicGroup group,
      JoinGroupCommand command,
      Replacement replacement,
      Decision.Draft<GroupRecord> out) {
    switch (group.state()) {
      case STABLE -> {
        if (group.selectProtocol().equals(group.protocolName())) {
          out.append(GroupRecord.GroupSaved.of(group, assignments(group)));
          out.whenStored((outcome, nowMs) ->
              staticMemberReplaced(
                  group, replacement, command.canSkipAssignment(), outcome, nowMs));
        } else {
          rebalance.prepare(group, "a static member came back with other protocols", out);
        }
      }
      // The leader may have been told the old id already, and would assign to nobody.
      case COMPLETING_REBALANCE -> rebalance.prepare(group, "a static member came back", out);
      case PREPARING_REBALANCE -> rebalance.completeIfAllJoined(group, out);
      case EMPTY, DEAD ->
          throw new IllegalStateException(
              "group " + group + " had static member " + replacement.old().memberId());
    }
  }

  private static Map<String, Bytes> assignments(ClassicGroup group) {
    return group.members().stream()
        .collect(Collectors.toMap(ClassicGroupMember::memberId, ClassicGroupMember::assignment));
  }

  private Decision<GroupRecord> staticMemberReplaced(
      ClassicGroup group,
      Replacement replacement,
      boolean canSkipAssignment,
      ErrorCode outcome,
      long nowMs) {
    var out = new Decision.Draft<GroupRecord>(nowMs);
    ClassicGroupMember member = replacement.renamed();
    boolean stillWaits =
        member == group.findMember(member.memberId())
            && replacement.to().equals(member.awaitingJoin());
    if (!stillWaits || !group.isIn(ClassicGroupState.STABLE)) {
      // It was answered, or a rebalance that began since will answer it.
      return out.decide();
    }
    group.takeAwaitingJoin(member);
    if (outcome != ErrorCode.NONE) {
      undoReplacement(group, replacement, outcome, out);
      return out.decide();
    }
    boolean isLeader = group.isLeader(member.memberId());
    if (canSkipAssignment) {
      out.reply(replacement.to(), JoinGroupReply.joined(group, member, isLeader, isLeader));
    } else {
      // Told the old leader's id, a client that cannot skip the assignment does not lead.
      JoinGroupReply joined = JoinGroupReply.joined(group, member, false, false);
      out.reply(replacement.to(), withLeader(joined, replacement.leaderBefore()));
    }
    return out.decide();
  }

  private void undoReplacement(
      ClassicGroup group,
      Replacement replacement,
      ErrorCode outcome,
      Decision.Draft<GroupRecord> out) {
    out.reply(
        replacement.to(),
        new JoinGroupReply(
            outcome,
            group.generationId(),
            group.protocolType(),
            group.protocolName(),
            replacement.leaderBefore(),
            false,
            JoinGroupCommand.UNKNOWN_MEMBER_ID,
            List.of()));
    group.replace(replacement.renamed(), replacement.old());
    rebalance.refreshSession(group, replacement.old(), out);
  }

  private static JoinGroupReply withLeader(JoinGroupReply reply, @Nullable String leader) {
    return new JoinGroupReply(
        reply.error(),
        reply.generationId(),
        reply.protocolType(),
        reply.protocolName(),
        leader,
        reply.skipAssignment(),
        reply.memberId(),
        reply.members());
  }
}
