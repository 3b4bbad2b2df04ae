package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.transaction.TransactionCoordinatorRecordSerde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.protocol.CoordinatorRecordCodec.Decoded;
import org.stoker.protocol.record.GroupRecordType;
import org.stoker.protocol.record.OffsetCommitKey;
import org.stoker.protocol.record.OffsetCommitValue;
import org.stoker.protocol.record.ShareRecordType;
import org.stoker.protocol.record.TransactionRecordType;

final class CoordinatorRecordCodecTest {
  private final OffsetCommitKey key =
      new OffsetCommitKey().setGroup("billing").setTopic("orders").setPartition(3);
  private final OffsetCommitValue value = new OffsetCommitValue().setOffset(41).setMetadata("m");

  @Test
  void theGroupsTypesAreKafkas() {
    assertThat(Arrays.stream(GroupRecordType.values()).map(type -> type.name() + type.id()))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(CoordinatorRecordType.values())
                .map(type -> type.name() + type.id())
                .toList());
  }

  @ParameterizedTest
  @EnumSource(GroupRecordType.class)
  void groupRecordsAreFramedAsKafkaFramesThem(GroupRecordType type) {
    assertFramedAlike(type, CoordinatorRecordCodec.GROUP, new GroupCoordinatorRecordSerde());
  }

  @ParameterizedTest
  @EnumSource(TransactionRecordType.class)
  void transactionRecordsAreFramedAsKafkaFramesThem(TransactionRecordType type) {
    assertFramedAlike(
        type, CoordinatorRecordCodec.TRANSACTION, new TransactionCoordinatorRecordSerde());
  }

  @ParameterizedTest
  @EnumSource(ShareRecordType.class)
  void shareRecordsAreFramedAsKafkaFramesThem(ShareRecordType type) {
    assertFramedAlike(type, CoordinatorRecordCodec.SHARE, new ShareCoordinatorRecordSerde());
  }

  private static void assertFramedAlike(
      org.stoker.protocol.CoordinatorRecordType type,
      CoordinatorRecordCodec codec,
      CoordinatorRecordSerde kafkas) {
    Message key = type.newKey();
    Message value = type.newValue();
    for (short version = value.lowestSupportedVersion();
        version <= value.highestSupportedVersion();
        version++) {
      ByteBuffer keyBytes = CoordinatorRecordCodec.encodeKey(key);
      ByteBuffer valueBytes = CoordinatorRecordCodec.encodeValue(value, version);

      CoordinatorRecord read = kafkas.deserialize(keyBytes.duplicate(), valueBytes.duplicate());
      assertThat(ByteBuffer.wrap(kafkas.serializeKey(read))).isEqualTo(keyBytes);
      assertThat(ByteBuffer.wrap(kafkas.serializeValue(read))).isEqualTo(valueBytes);
      assertThat(codec.decode(keyBytes, valueBytes))
          .isEqualTo(new Decoded.Known(type, key, new VersionedMessage(value, version)));
    }
  }

  @Test
  void aKeyWithoutValueIsATombstone() {
    Decoded decoded =
        CoordinatorRecordCodec.GROUP.decode(CoordinatorRecordCodec.encodeKey(key), null);

    assertThat(decoded).isEqualTo(new Decoded.Known(GroupRecordType.OFFSET_COMMIT, key, null));
  }

  @Test
  void aTypeThatOnlyANewerReleaseKnowsIsAValueOfItsOwn() {
    ByteBuffer future = ByteBuffer.allocate(2).putShort((short) 999).flip();

    assertThat(CoordinatorRecordCodec.GROUP.decode(future, null))
        .isEqualTo(new Decoded.UnknownType((short) 999));
  }

  @Test
  void aVersionThatOnlyANewerReleaseKnowsIsAValueOfItsOwn() {
    ByteBuffer future = ByteBuffer.allocate(2).putShort((short) 99).flip();

    assertThat(CoordinatorRecordCodec.GROUP.decode(CoordinatorRecordCodec.encodeKey(key), future))
        .isEqualTo(new Decoded.UnknownVersion(GroupRecordType.OFFSET_COMMIT, key, (short) 99));
  }

  @Test
  void damagedBytesAreMalformed() {
    ByteBuffer keyBytes = CoordinatorRecordCodec.encodeKey(key);
    ByteBuffer valueBytes = CoordinatorRecordCodec.encodeValue(value, (short) 3);
    ByteBuffer cut = valueBytes.slice(0, valueBytes.remaining() - 3);

    assertThatThrownBy(() -> CoordinatorRecordCodec.GROUP.decode(keyBytes, cut))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> CoordinatorRecordCodec.GROUP.decode(ByteBuffer.allocate(1), null))
        .isInstanceOf(MalformedMessageException.class);
  }
}
