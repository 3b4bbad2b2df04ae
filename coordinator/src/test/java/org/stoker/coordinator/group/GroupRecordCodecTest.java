package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.LegacyOffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.LegacyOffsetCommitValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.GroupRecord.GroupRemoved;
import org.stoker.coordinator.group.GroupRecord.GroupSaved;
import org.stoker.coordinator.group.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.group.GroupRecord.OffsetRemoved;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.EncodedRecord;
import org.stoker.protocol.MalformedMessageException;

final class GroupRecordCodecTest {
  private static final OffsetKey KEY = new OffsetKey("g", "orders", 3);

  private final GroupCoordinatorRecordSerde kafka = new GroupCoordinatorRecordSerde();

  @Test
  void kafkaReadsOurOffsets() {
    var offset =
        new CommittedOffset(42, 7, "note", 1_000, CommittedOffset.NO_EXPIRY, new Uuid(1, 2));

    CoordinatorRecord read = readByKafka(new OffsetCommitted(KEY, offset));

    assertThat(read.key())
        .isEqualTo(new OffsetCommitKey().setGroup("g").setTopic("orders").setPartition(3));
    assertThat(read.value().version()).isEqualTo(GroupRecordCodec.OFFSET_VERSION);
    assertThat(read.value().message())
        .isEqualTo(
            new OffsetCommitValue()
                .setOffset(42)
                .setLeaderEpoch(7)
                .setMetadata("note")
                .setCommitTimestamp(1_000)
                .setTopicId(new org.apache.kafka.common.Uuid(1, 2)));
  }

  @Test
  void aClientsOwnRetentionIsKeptInTheVersionThatHasRoomForIt() {
    var offset = new CommittedOffset(42, 7, "", 1_000, 2_000, Uuid.ZERO);

    CoordinatorRecord read = readByKafka(new OffsetCommitted(KEY, offset));

    assertThat(read.value().version()).isEqualTo((short) 1);
    assertThat(((OffsetCommitValue) read.value().message()).expireTimestamp()).isEqualTo(2_000);
  }

  @Test
  void kafkaReadsOurGroups() {
    CoordinatorRecord read = readByKafka(group());

    assertThat(read.key()).isEqualTo(new GroupMetadataKey().setGroup("g"));
    assertThat(read.value().version()).isEqualTo(GroupRecordCodec.GROUP_VERSION);
    var value = (GroupMetadataValue) read.value().message();
    assertThat(value.generation()).isEqualTo(5);
    assertThat(value.leader()).isEqualTo("m");
    assertThat(value.currentStateTimestamp()).isEqualTo(1_234);
    assertThat(value.members().get(0).groupInstanceId()).isEqualTo("i");
    assertThat(value.members().get(0).assignment()).containsExactly(2);
  }

  @Test
  void kafkaReadsOurTombstones() {
    assertThat(readByKafka(new GroupRemoved("g")).value()).isNull();
    assertThat(readByKafka(new OffsetRemoved(KEY)).value()).isNull();
  }

  private static GroupSaved group() {
    return new GroupSaved(
        "g",
        "consumer",
        5,
        "range",
        "m",
        1_234,
        List.of(
            new GroupRecord.SavedMember(
                "m",
                "i",
                new ClientIdentity("c", "/10.0.0.7"),
                30_000,
                10_000,
                Bytes.of(new byte[] {1}),
                Bytes.of(new byte[] {2}))));
  }

  private CoordinatorRecord readByKafka(GroupRecord record) {
    EncodedRecord encoded = GroupRecordCodec.CODEC.encode(record);
    Bytes value = encoded.value();
    return kafka.deserialize(
        ByteBuffer.wrap(encoded.key().array()),
        value == null ? null : ByteBuffer.wrap(value.array()));
  }

  @Test
  void whatWasWrittenIsReadAgain() {
    var offset =
        new CommittedOffset(42, 7, "note", 1_000, CommittedOffset.NO_EXPIRY, new Uuid(1, 2));
    for (GroupRecord record :
        List.of(
            group(),
            new GroupRemoved("g"),
            new OffsetCommitted(KEY, offset),
            new OffsetRemoved(KEY))) {
      EncodedRecord encoded = GroupRecordCodec.CODEC.encode(record);
      Bytes value = encoded.value();

      assertThat(decode(encoded.key().array(), value == null ? null : value.array()))
          .isEqualTo(record);
    }
  }

  @ParameterizedTest
  @ValueSource(shorts = {0, 1, 2, 3, 4})
  void everyVersionThatKafkaEverWroteIsRead(short version) {
    CoordinatorRecord offset =
        CoordinatorRecord.record(
            new OffsetCommitKey().setGroup("g").setTopic("orders").setPartition(3),
            new ApiMessageAndVersion(
                new OffsetCommitValue().setOffset(42).setMetadata("x").setCommitTimestamp(9),
                version));
    CoordinatorRecord group =
        CoordinatorRecord.record(
            new GroupMetadataKey().setGroup("g"),
            new ApiMessageAndVersion(
                new GroupMetadataValue()
                    .setProtocolType("consumer")
                    .setGeneration(5)
                    .setProtocol("range")
                    .setLeader(null),
                version));

    assertThat(decode(offset))
        .isEqualTo(new OffsetCommitted(KEY, new CommittedOffset(42, -1, "x", 9, -1, Uuid.ZERO)));
    assertThat(decode(group))
        .isEqualTo(new GroupSaved("g", "consumer", 5, "range", null, -1, List.of()));
  }

  @Test
  void offsetsOfTheOldestKindAreReadToo() {
    CoordinatorRecord legacy =
        CoordinatorRecord.record(
            new LegacyOffsetCommitKey().setGroup("g").setTopic("orders").setPartition(3),
            new ApiMessageAndVersion(
                new LegacyOffsetCommitValue().setOffset(42).setMetadata("x").setCommitTimestamp(9),
                (short) 0));

    assertThat(decode(legacy))
        .isEqualTo(new OffsetCommitted(KEY, new CommittedOffset(42, -1, "x", 9, -1, Uuid.ZERO)));
  }

  @Test
  void recordsOfOtherKindsOfGroupsAreLeftOut() {
    assertThat(decode(new byte[] {0, 3, 0, 1, 'g'}, null)).isNull();
    assertThat(decode(new byte[] {99, 99}, null)).isNull();
  }

  @Test
  void bytesThatAreNoRecordAreRefused() {
    assertThatThrownBy(() -> decode(new byte[] {0, 1, 0, 50}, null))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> decode(new byte[] {0}, null))
        .isInstanceOf(MalformedMessageException.class);
  }

  private @Nullable GroupRecord decode(CoordinatorRecord record) {
    return decode(kafka.serializeKey(record), kafka.serializeValue(record));
  }

  private static @Nullable GroupRecord decode(byte[] key, byte @Nullable [] value) {
    return GroupRecordCodec.CODEC.decode(
        ByteBuffer.wrap(key), value == null ? null : ByteBuffer.wrap(value));
  }
}
