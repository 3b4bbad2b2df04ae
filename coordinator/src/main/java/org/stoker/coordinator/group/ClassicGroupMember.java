package org.stoker.coordinator.group;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.ReplyTo;

/** A member of a classic group, with the answers it waits for. */
@ConfinedTo(ConfinedTo.CALLER)
final class ClassicGroupMember {
  private final String memberId;
  private final @Nullable String groupInstanceId;
  private final ClientIdentity client;
  private final String protocolType;
  private List<GroupProtocol> protocols;
  private int rebalanceTimeoutMs;
  private int sessionTimeoutMs;
  private Bytes assignment = Bytes.EMPTY;
  private @Nullable ReplyTo<JoinGroupReply> awaitingJoin;
  private @Nullable ReplyTo<SyncGroupReply> awaitingSync;
  private boolean isNew;

  ClassicGroupMember(
      String memberId,
      @Nullable String groupInstanceId,
      ClientIdentity client,
      String protocolType,
      List<GroupProtocol> protocols,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs) {
    this.memberId = memberId;
    this.groupInstanceId = groupInstanceId;
    this.client = client;
    this.protocolType = protocolType;
    this.protocols = List.copyOf(protocols);
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.sessionTimeoutMs = sessionTimeoutMs;
  }

  // ---- memory ----

  /** What it takes on the heap with all that it brought and was given. */
  long heapBytes() {
    return heapBytesOf(memberId, groupInstanceId, client, protocolType, protocols)
        + HeapBytes.of(assignment);
  }

  /** What the member that this command brings would take; a lone id if it is only given one. */
  static long heapBytesOf(JoinGroupCommand command) {
    return heapBytesOf(
        // The longest id it might be given, for one that has none yet.
        command.isFromUnknownMember() ? command.client().clientId() : command.memberId(),
        command.groupInstanceId(),
        command.client(),
        command.protocolType(),
        command.protocols());
  }

  static long heapBytesOf(GroupRecord.SavedMember saved) {
    return heapBytesOf(
            saved.memberId(),
            saved.groupInstanceId(),
            saved.client(),
            "",
            List.of(new GroupProtocol("", saved.subscription())))
        + HeapBytes.of(saved.assignment());
  }

  private static long heapBytesOf(
      String memberId,
      @Nullable String groupInstanceId,
      ClientIdentity client,
      String protocolType,
      List<GroupProtocol> protocols) {
    long bytes =
        HeapBytes.MEMBER
            + HeapBytes.of(memberId)
            + HeapBytes.of(groupInstanceId)
            + HeapBytes.of(client.clientId())
            + HeapBytes.of(client.clientHost())
            + HeapBytes.of(protocolType);
    for (GroupProtocol protocol : protocols) {
      bytes += HeapBytes.of(protocol);
    }
    return bytes;
  }

  // ---- what it is ----

  /** The same member under another id; it waits for nothing. */
  ClassicGroupMember renamed(String newMemberId) {
    var renamed =
        new ClassicGroupMember(
            newMemberId,
            groupInstanceId,
            client,
            protocolType,
            protocols,
            rebalanceTimeoutMs,
            sessionTimeoutMs);
    renamed.assignment = assignment;
    return renamed;
  }

  String memberId() {
    return memberId;
  }

  @Nullable String groupInstanceId() {
    return groupInstanceId;
  }

  boolean isStatic() {
    return groupInstanceId != null;
  }

  ClientIdentity client() {
    return client;
  }

  String protocolType() {
    return protocolType;
  }

  List<GroupProtocol> protocols() {
    return protocols;
  }

  int rebalanceTimeoutMs() {
    return rebalanceTimeoutMs;
  }

  int sessionTimeoutMs() {
    return sessionTimeoutMs;
  }

  void update(
      List<GroupProtocol> newProtocols, int newRebalanceTimeoutMs, int newSessionTimeoutMs) {
    protocols = List.copyOf(newProtocols);
    rebalanceTimeoutMs = newRebalanceTimeoutMs;
    sessionTimeoutMs = newSessionTimeoutMs;
  }

  Bytes assignment() {
    return assignment;
  }

  void setAssignment(Bytes newAssignment) {
    assignment = newAssignment;
  }

  @Nullable ReplyTo<JoinGroupReply> awaitingJoin() {
    return awaitingJoin;
  }

  void setAwaitingJoin(@Nullable ReplyTo<JoinGroupReply> to) {
    awaitingJoin = to;
  }

  @Nullable ReplyTo<SyncGroupReply> awaitingSync() {
    return awaitingSync;
  }

  void setAwaitingSync(@Nullable ReplyTo<SyncGroupReply> to) {
    awaitingSync = to;
  }

  /** Until its first generation: its time to be in one is not its session timeout. */
  void setNew(boolean value) {
    isNew = value;
  }

  /** A member that waits for us cannot send heartbeats; a new one must not wait for ever. */
  boolean livesByWaiting() {
    return !isNew && (awaitingJoin != null || awaitingSync != null);
  }

  /** What the member says if the group takes this protocol. */
  Bytes metadata(String protocolName) {
    for (GroupProtocol protocol : protocols) {
      if (protocol.name().equals(protocolName)) {
        return protocol.metadata();
      }
    }
    throw new IllegalStateException(
        "member " + memberId + " does not support the group's protocol " + protocolName);
  }

  /** As it goes into the log with an assignment that it is about to get. */
  GroupRecord.SavedMember saved(String protocolName, Bytes newAssignment) {
    return new GroupRecord.SavedMember(
        memberId,
        groupInstanceId,
        client,
        rebalanceTimeoutMs,
        sessionTimeoutMs,
        metadata(protocolName),
        newAssignment);
  }

  /** 0 if it does not support the protocol. */
  int metadataSize(String protocolName) {
    for (GroupProtocol protocol : protocols) {
      if (protocol.name().equals(protocolName)) {
        return protocol.metadata().size();
      }
    }
    return 0;
  }

  /** The candidate that the member likes best. */
  String vote(Set<String> candidates) {
    for (GroupProtocol protocol : protocols) {
      if (candidates.contains(protocol.name())) {
        return protocol.name();
      }
    }
    throw new IllegalStateException("member " + memberId + " supports none of " + candidates);
  }
}
