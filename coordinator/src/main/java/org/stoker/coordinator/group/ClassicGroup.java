package org.stoker.coordinator.group;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.MemoryShare;
import org.stoker.coordinator.group.GroupRecord.GroupSaved;
import org.stoker.coordinator.group.GroupRecord.SavedMember;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.protocol.ErrorCode;

/**
 * A group whose leader divides the work (the protocol before KIP-848): who is in it, in which
 * generation, and who waits for what.
 *
 * <p>Members lie in hash maps, so that which of them becomes leader, and which protocol wins when
 * votes are even, is the same as in Kafka; nobody may rely on it.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class ClassicGroup {
  static final String CONSUMER_PROTOCOL_TYPE = "consumer";
  static final long NO_TIMESTAMP = -1;

  private final String groupId;
  private ClassicGroupState state;
  private ClassicGroupState previousState = ClassicGroupState.DEAD;
  private long stateTimestampMs;
  private @Nullable String protocolType;
  private @Nullable String protocolName;
  private int generationId;
  private @Nullable String leader;
  // Null when the members' subscriptions are not known to be those of consumers.
  private @Nullable SubscribedTopics subscribedTopics;
  private boolean newMemberAdded;
  private boolean isOnlyHere;
  private boolean isForgotten;

  private final Map<String, ClassicGroupMember> members = new HashMap<>();
  private final Map<String, String> memberIdByInstance = new HashMap<>();
  // Were given an id and asked to come again with it.
  private final Set<String> pendingJoin = new HashSet<>();
  // Are in the generation and have not asked for their assignment.
  private final Set<String> pendingSync = new HashSet<>();
  private final CommonProtocols protocols = new CommonProtocols();
  private final MemoryShare memory;
  private long heldBytes;
  private int awaitingJoinCount;

  private ClassicGroup(
      String groupId, ClassicGroupState state, long stateTimestampMs, MemoryShare memory) {
    this.groupId = groupId;
    this.state = state;
    this.stateTimestampMs = stateTimestampMs;
    this.memory = memory;
  }

  /**
   * @param memory where its members count
   */
  static ClassicGroup empty(String groupId, long nowMs, MemoryShare memory) {
    return new ClassicGroup(groupId, ClassicGroupState.EMPTY, nowMs, memory);
  }

  static ClassicGroup restored(GroupSaved saved, MemoryShare memory) {
    var group =
        new ClassicGroup(
            saved.groupId(),
            saved.members().isEmpty() ? ClassicGroupState.EMPTY : ClassicGroupState.STABLE,
            saved.stateTimestampMs(),
            memory);
    group.generationId = saved.generationId();
    group.protocolType = saved.protocolType().isEmpty() ? null : saved.protocolType();
    group.protocolName = saved.protocolName();
    group.leader = saved.leader();
    for (SavedMember member : saved.members()) {
      group.addRestored(member, saved);
    }
    group.readSubscribedTopics();
    return group;
  }

  /** As the log knows it, without members. */
  static ClassicGroup known(String groupId, KnownGroup known, MemoryShare memory) {
    var group =
        new ClassicGroup(groupId, ClassicGroupState.EMPTY, known.stateTimestampMs(), memory);
    group.generationId = known.generationId();
    group.protocolType = known.protocolType();
    group.readSubscribedTopics();
    return group;
  }

  private void addRestored(SavedMember saved, GroupSaved group) {
    String protocol = group.protocolName() == null ? "" : group.protocolName();
    var member =
        new ClassicGroupMember(
            saved.memberId(),
            saved.groupInstanceId(),
            saved.client(),
            group.protocolType(),
            List.of(new GroupProtocol(protocol, saved.subscription())),
            // Records of the oldest version do not hold it.
            saved.rebalanceTimeoutMs() == -1
                ? saved.sessionTimeoutMs()
                : saved.rebalanceTimeoutMs(),
            saved.sessionTimeoutMs());
    add(member);
    setAssignment(member, saved.assignment());
  }

  // ---- what it is ----

  String groupId() {
    return groupId;
  }

  ClassicGroupState state() {
    return state;
  }

  boolean isIn(ClassicGroupState asked) {
    return state == asked;
  }

  ClassicGroupState previousState() {
    return previousState;
  }

  long stateTimestampMs() {
    return stateTimestampMs;
  }

  int generationId() {
    return generationId;
  }

  @Nullable String protocolType() {
    return protocolType;
  }

  @Nullable String protocolName() {
    return protocolName;
  }

  @Nullable String leader() {
    return leader;
  }

  boolean isLeader(String memberId) {
    return memberId.equals(leader);
  }

  boolean newMemberAdded() {
    return newMemberAdded;
  }

  void setNewMemberAdded(boolean value) {
    newMemberAdded = value;
  }

  /** Whether it is there although no record says so: what it came with was refused. */
  boolean isOnlyHere() {
    return isOnlyHere;
  }

  void setOnlyHere(boolean value) {
    isOnlyHere = value;
  }

  void transitionTo(ClassicGroupState next, long nowMs) {
    if (!next.canFollow(state)) {
      throw new IllegalStateException(
          "group " + groupId + " cannot go from " + state + " to " + next);
    }
    previousState = state;
    state = next;
    stateTimestampMs = nowMs;
  }

  boolean canRebalance() {
    return ClassicGroupState.PREPARING_REBALANCE.canFollow(state);
  }

  // ---- members ----

  Collection<ClassicGroupMember> members() {
    return Collections.unmodifiableCollection(members.values());
  }

  int memberCount() {
    return members.size();
  }

  boolean hasMember(String memberId) {
    return members.containsKey(memberId);
  }

  @Nullable ClassicGroupMember findMember(String memberId) {
    return members.get(memberId);
  }

  ClassicGroupMember member(String memberId) {
    ClassicGroupMember member = members.get(memberId);
    if (member == null) {
      throw new IllegalStateException("group " + groupId + " has no member " + memberId);
    }
    return member;
  }

  @Nullable String memberIdOfInstance(@Nullable String groupInstanceId) {
    return groupInstanceId == null ? null : memberIdByInstance.get(groupInstanceId);
  }

  int staticMemberCount() {
    return memberIdByInstance.size();
  }

  /** NONE, or why this is not a member's word. */
  ErrorCode checkMember(String memberId, @Nullable String groupInstanceId) {
    if (groupInstanceId != null) {
      String known = memberIdOfInstance(groupInstanceId);
      if (known == null) {
        return ErrorCode.UNKNOWN_MEMBER_ID;
      }
      if (!known.equals(memberId)) {
        return ErrorCode.FENCED_INSTANCE_ID;
      }
    }
    return hasMember(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
  }

  void add(ClassicGroupMember member) {
    String groupInstanceId = member.groupInstanceId();
    if (groupInstanceId != null
        && memberIdByInstance.putIfAbsent(groupInstanceId, member.memberId()) != null) {
      throw new IllegalStateException(
          "group " + groupId + " has a member with groupInstanceId=" + groupInstanceId);
    }
    if (members.isEmpty()) {
      protocolType = member.protocolType();
    }
    if (!supports(member.protocolType(), member.protocols())) {
      throw new IllegalStateException(
          "member " + member.memberId() + " shares no protocol with group " + groupId);
    }
    if (leader == null) {
      leader = member.memberId();
    }
    members.put(member.memberId(), member);
    count(member.heapBytes());
    protocols.add(member);
    removePendingJoin(member.memberId());
  }

  void remove(String memberId) {
    ClassicGroupMember removed = members.remove(memberId);
    if (removed != null) {
      if (removed.awaitingJoin() != null || removed.awaitingSync() != null) {
        throw new IllegalStateException("member " + memberId + " still waits for an answer");
      }
      count(-removed.heapBytes());
      protocols.remove(removed);
      if (removed.groupInstanceId() != null) {
        memberIdByInstance.remove(removed.groupInstanceId());
      }
    }
    if (isLeader(memberId)) {
      leader = members.isEmpty() ? null : members.keySet().iterator().next();
    }
    removePendingJoin(memberId);
    pendingSync.remove(memberId);
  }

  /** The static member goes on under another id; the old one must not wait for anything. */
  void replace(ClassicGroupMember old, ClassicGroupMember renamed) {
    String groupInstanceId = Objects.requireNonNull(old.groupInstanceId());
    members.remove(old.memberId());
    count(-old.heapBytes());
    protocols.remove(old);
    members.put(renamed.memberId(), renamed);
    count(renamed.heapBytes());
    protocols.add(renamed);
    if (isLeader(old.memberId())) {
      leader = renamed.memberId();
    }
    memberIdByInstance.put(groupInstanceId, renamed.memberId());
  }

  void updateMember(
      ClassicGroupMember member,
      List<GroupProtocol> newProtocols,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs) {
    count(-member.heapBytes());
    protocols.remove(member);
    member.update(newProtocols, rebalanceTimeoutMs, sessionTimeoutMs);
    protocols.add(member);
    count(member.heapBytes());
  }

  void setAssignment(ClassicGroupMember member, Bytes assignment) {
    count(HeapBytes.of(assignment) - HeapBytes.of(member.assignment()));
    member.setAssignment(assignment);
  }

  int largestRebalanceTimeoutMs() {
    return members.values().stream()
        .mapToInt(ClassicGroupMember::rebalanceTimeoutMs)
        .max()
        .orElse(0);
  }

  // ---- who waits for what ----

  boolean isPendingJoin(String memberId) {
    return pendingJoin.contains(memberId);
  }

  void addPendingJoin(String memberId) {
    if (pendingJoin.add(memberId)) {
      count(pendingBytes(memberId));
    }
  }

  private void removePendingJoin(String memberId) {
    if (pendingJoin.remove(memberId)) {
      count(-pendingBytes(memberId));
    }
  }

  private static long pendingBytes(String memberId) {
    return HeapBytes.PENDING_MEMBER + HeapBytes.of(memberId);
  }

  Set<String> pendingJoin() {
    return Collections.unmodifiableSet(pendingJoin);
  }

  Set<String> pendingSync() {
    return Set.copyOf(pendingSync);
  }

  boolean hasPendingSync() {
    return !pendingSync.isEmpty();
  }

  void addPendingSync(String memberId) {
    pendingSync.add(memberId);
  }

  void removePendingSync(String memberId) {
    pendingSync.remove(memberId);
  }

  void clearPendingSync() {
    pendingSync.clear();
  }

  int awaitingJoinCount() {
    return awaitingJoinCount;
  }

  boolean haveAllJoined() {
    return members.size() == awaitingJoinCount && pendingJoin.isEmpty();
  }

  void awaitJoin(ClassicGroupMember member, ReplyTo<JoinGroupReply> to) {
    if (member.awaitingJoin() == null) {
      awaitingJoinCount++;
    }
    member.setAwaitingJoin(to);
  }

  /** Whom to answer that waited to be joined, if anybody; it does not wait any longer. */
  @Nullable ReplyTo<JoinGroupReply> takeAwaitingJoin(ClassicGroupMember member) {
    ReplyTo<JoinGroupReply> to = member.awaitingJoin();
    if (to != null) {
      awaitingJoinCount--;
      member.setAwaitingJoin(null);
    }
    return to;
  }

  // ---- leader, protocol, generation ----

  /** Whether there is a leader that joined: the one there was, or else any that did. */
  boolean electJoinedLeader() {
    if (leader == null) {
      return false;
    }
    if (member(leader).awaitingJoin() != null) {
      return true;
    }
    for (ClassicGroupMember candidate : members.values()) {
      if (candidate.awaitingJoin() != null) {
        leader = candidate.memberId();
        return true;
      }
    }
    return false;
  }

  boolean supports(String type, List<GroupProtocol> wanted) {
    if (state == ClassicGroupState.EMPTY) {
      return !type.isEmpty() && !wanted.isEmpty();
    }
    return type.equals(protocolType) && protocols.haveOneOf(wanted, members.size());
  }

  /** The protocol that most members like best among those that all of them support. */
  String selectProtocol() {
    return protocols.select(members.values());
  }

  void startNextGeneration(long nowMs) {
    generationId++;
    protocolName = members.isEmpty() ? null : selectProtocol();
    readSubscribedTopics();
    transitionTo(
        members.isEmpty() ? ClassicGroupState.EMPTY : ClassicGroupState.COMPLETING_REBALANCE,
        nowMs);
    pendingSync.clear();
  }

  // ---- subscriptions ----

  boolean isOfConsumers() {
    return CONSUMER_PROTOCOL_TYPE.equals(protocolType);
  }

  /** Consumers whose subscription cannot be read might be subscribed to anything. */
  boolean isSubscribedTo(String topic) {
    return subscribedTopics == null ? isOfConsumers() : subscribedTopics.contains(topic);
  }

  boolean knowsSubscribedTopics() {
    return subscribedTopics != null;
  }

  private void readSubscribedTopics() {
    count(subscribedTopics == null ? 0 : -subscribedTopics.heapBytes());
    subscribedTopics = subscribedTopicsNow();
    count(subscribedTopics == null ? 0 : subscribedTopics.heapBytes());
  }

  private @Nullable SubscribedTopics subscribedTopicsNow() {
    if (!isOfConsumers()) {
      return null;
    }
    if (members.isEmpty()) {
      return SubscribedTopics.NONE;
    }
    String protocol = protocolName;
    return protocol == null
        ? null
        : SubscribedTopics.in(
            members.values().stream().map(member -> member.metadata(protocol)).toList());
  }

  @Override
  public String toString() {
    return groupId + " (" + state.shownAs() + ", generationId=" + generationId + ")";
  }

  // ---- memory ----

  private void count(long bytes) {
    heldBytes += bytes;
    memory.change(bytes);
  }

  /** The group is dropped, and what it holds of memory with it. */
  void forget() {
    count(-heldBytes);
    isForgotten = true;
  }

  /** Timers of a group that is forgotten mean nothing. */
  boolean isForgotten() {
    return isForgotten;
  }

  /**
   * Whether the group would still fit into one record with this member, or with what it brings
   * anew. Its leader is sent all of that at once, and a group that is larger could never be stored.
   */
  boolean fitsInOneRecord(JoinGroupCommand command, long maxRecordBytes) {
    return protocols.fit(command.protocols(), members.get(command.memberId()), maxRecordBytes);
  }
}
