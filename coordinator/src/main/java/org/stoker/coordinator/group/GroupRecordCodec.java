package org.stoker.coordinator.group;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.GroupRecord.GroupRemoved;
import org.stoker.coordinator.group.GroupRecord.GroupSaved;
import org.stoker.coordinator.group.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.group.GroupRecord.OffsetRemoved;
import org.stoker.coordinator.group.GroupRecord.SavedMember;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.EncodedRecord;
import org.stoker.coordinator.runtime.RecordCodec;
import org.stoker.protocol.Message;
import org.stoker.protocol.WireReader;
import org.stoker.protocol.WireWriter;
import org.stoker.protocol.record.GroupMetadataKey;
import org.stoker.protocol.record.GroupMetadataValue;
import org.stoker.protocol.record.LegacyOffsetCommitKey;
import org.stoker.protocol.record.LegacyOffsetCommitValue;
import org.stoker.protocol.record.OffsetCommitKey;
import org.stoker.protocol.record.OffsetCommitValue;

/**
 * Writes and reads the records of {@code __consumer_offsets} as Kafka does: a key begins with the
 * number of its type, a value with its version. Written are the versions that Kafka 4.4 writes;
 * read are all that it ever wrote.
 */
public final class GroupRecordCodec implements RecordCodec<GroupRecord> {
  public static final GroupRecordCodec CODEC = new GroupRecordCodec();

  /** The one that has a field for the client's own retention time; later ones dropped it. */
  static final short OFFSET_VERSION_WITH_EXPIRY = 1;

  static final short OFFSET_VERSION = 4;
  static final short GROUP_VERSION = 3;
  private static final short KEY_VERSION = 0;

  private GroupRecordCodec() {}

  // ---- writing ----

  @Override
  public EncodedRecord encode(GroupRecord record) {
    return switch (record) {
      case OffsetCommitted committed ->
          new EncodedRecord(
              key(committed.key()),
              versioned(
                  value(committed.value()),
                  committed.value().hasExpiry() ? OFFSET_VERSION_WITH_EXPIRY : OFFSET_VERSION));
      case OffsetRemoved removed -> new EncodedRecord(key(removed.key()), null);
      case GroupSaved saved ->
          new EncodedRecord(groupKey(saved.groupId()), versioned(value(saved), GROUP_VERSION));
      case GroupRemoved removed -> new EncodedRecord(groupKey(removed.groupId()), null);
    };
  }

  private static Bytes key(OffsetKey key) {
    return prefixed(
        OffsetCommitKey.API_KEY,
        new OffsetCommitKey()
            .setGroup(key.groupId())
            .setTopic(key.topic())
            .setPartition(key.partition()),
        KEY_VERSION);
  }

  private static Bytes groupKey(String groupId) {
    return prefixed(
        GroupMetadataKey.API_KEY, new GroupMetadataKey().setGroup(groupId), KEY_VERSION);
  }

  private static OffsetCommitValue value(CommittedOffset offset) {
    return new OffsetCommitValue()
        .setOffset(offset.offset())
        .setLeaderEpoch(offset.leaderEpoch())
        .setMetadata(offset.metadata())
        .setCommitTimestamp(offset.commitTimestampMs())
        .setExpireTimestamp(offset.expireTimestampMs())
        .setTopicId(offset.topicId());
  }

  private static GroupMetadataValue value(GroupSaved group) {
    return new GroupMetadataValue()
        .setProtocolType(group.protocolType())
        .setGeneration(group.generationId())
        .setProtocol(group.protocolName())
        .setLeader(group.leader())
        .setCurrentStateTimestamp(group.stateTimestampMs())
        .setMembers(group.members().stream().map(GroupRecordCodec::member).toList());
  }

  private static GroupMetadataValue.MemberMetadata member(SavedMember member) {
    return new GroupMetadataValue.MemberMetadata()
        .setMemberId(member.memberId())
        .setGroupInstanceId(member.groupInstanceId())
        .setClientId(member.client().clientId())
        .setClientHost(member.client().clientHost())
        .setRebalanceTimeout(member.rebalanceTimeoutMs())
        .setSessionTimeout(member.sessionTimeoutMs())
        .setSubscription(member.subscription().array())
        .setAssignment(member.assignment().array());
  }

  private static Bytes versioned(Message value, short version) {
    return prefixed(version, value, version);
  }

  private static Bytes prefixed(short prefix, Message message, short version) {
    var writer = new WireWriter(Short.BYTES + message.size(version));
    writer.writeInt16(prefix);
    message.write(writer, version);
    ByteBuffer written = writer.toByteBuffer();
    byte[] bytes = new byte[written.remaining()];
    written.get(bytes);
    return Bytes.of(bytes);
  }

  // ---- reading ----

  @Override
  public @Nullable GroupRecord decode(ByteBuffer key, @Nullable ByteBuffer value) {
    var keyReader = new WireReader(key);
    return switch (keyReader.readInt16()) {
      case LegacyOffsetCommitKey.API_KEY -> legacyOffset(keyReader, value);
      case OffsetCommitKey.API_KEY -> offset(keyReader, value);
      case GroupMetadataKey.API_KEY -> group(keyReader, value);
      default -> null;
    };
  }

  private static GroupRecord legacyOffset(WireReader keyReader, @Nullable ByteBuffer value) {
    var read = new LegacyOffsetCommitKey(keyReader, KEY_VERSION);
    var key = new OffsetKey(read.group(), read.topic(), read.partition());
    if (value == null) {
      return new OffsetRemoved(key);
    }
    var reader = new WireReader(value);
    var stored = new LegacyOffsetCommitValue(reader, reader.readInt16());
    return new OffsetCommitted(
        key,
        new CommittedOffset(
            stored.offset(),
            -1,
            stored.metadata(),
            stored.commitTimestamp(),
            CommittedOffset.NO_EXPIRY,
            Uuid.ZERO));
  }

  private static GroupRecord offset(WireReader keyReader, @Nullable ByteBuffer value) {
    var read = new OffsetCommitKey(keyReader, KEY_VERSION);
    var key = new OffsetKey(read.group(), read.topic(), read.partition());
    if (value == null) {
      return new OffsetRemoved(key);
    }
    var reader = new WireReader(value);
    var stored = new OffsetCommitValue(reader, reader.readInt16());
    return new OffsetCommitted(
        key,
        new CommittedOffset(
            stored.offset(),
            stored.leaderEpoch(),
            stored.metadata(),
            stored.commitTimestamp(),
            stored.expireTimestamp(),
            stored.topicId()));
  }

  private static GroupRecord group(WireReader keyReader, @Nullable ByteBuffer value) {
    String groupId = new GroupMetadataKey(keyReader, KEY_VERSION).group();
    if (value == null) {
      return new GroupRemoved(groupId);
    }
    var reader = new WireReader(value);
    var stored = new GroupMetadataValue(reader, reader.readInt16());
    return new GroupSaved(
        groupId,
        stored.protocolType(),
        stored.generation(),
        stored.protocol(),
        stored.leader(),
        stored.currentStateTimestamp(),
        members(stored.members()));
  }

  private static List<SavedMember> members(List<GroupMetadataValue.MemberMetadata> members) {
    return members.stream()
        .map(member ->
            new SavedMember(
                member.memberId(),
                member.groupInstanceId(),
                new ClientIdentity(member.clientId(), member.clientHost()),
                member.rebalanceTimeout(),
                member.sessionTimeout(),
                Bytes.of(member.subscription()),
                Bytes.of(member.assignment())))
        .toList();
  }

  // ---- sizes ----

  @Override
  public Object keyOf(GroupRecord record) {
    return switch (record) {
      case OffsetCommitted committed -> committed.key();
      case OffsetRemoved removed -> removed.key();
      case GroupSaved saved -> saved.groupId();
      case GroupRemoved removed -> removed.groupId();
    };
  }

  @Override
  public long minSizeBytes(GroupRecord record) {
    long bytes = 0;
    if (record instanceof GroupSaved saved) {
      for (SavedMember member : saved.members()) {
        bytes += member.subscription().size() + member.assignment().size();
      }
    }
    return bytes;
  }

  @Override
  public long heapBytes(GroupRecord record) {
    long bytes = HeapBytes.RECORD + HeapBytes.of(record.groupId());
    return record instanceof OffsetCommitted committed
        ? bytes
            + HeapBytes.of(committed.key().topic())
            // As text, and as the bytes that it becomes.
            + 2 * HeapBytes.of(committed.value().metadata())
        : bytes;
  }
}
