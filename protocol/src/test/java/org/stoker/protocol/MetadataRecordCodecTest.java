package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.metadata.MetadataRecordType;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.base.Uuid;
import org.stoker.protocol.record.TopicRecord;

final class MetadataRecordCodecTest {
  private static final short VERSION = 0;

  private final TopicRecord record = new TopicRecord().setName("orders").setTopicId(new Uuid(7, 8));

  @Test
  void theTypesAreKafkas() {
    assertThat(Arrays.stream(org.stoker.protocol.record.MetadataRecordType.values()))
        .extracting(type -> type.name() + type.id())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(MetadataRecordType.values())
                .map(type -> type.name() + type.id())
                .toList());
  }

  @ParameterizedTest
  @EnumSource(org.stoker.protocol.record.MetadataRecordType.class)
  void everyTypeMakesItsOwnRecord(org.stoker.protocol.record.MetadataRecordType type) {
    Message record = type.newRecord();
    short version = record.highestSupportedVersion();

    VersionedMessage read = MetadataRecordCodec.read(MetadataRecordCodec.encode(record, version));

    assertThat(record.apiKey()).isEqualTo(type.id());
    assertThat(read).isEqualTo(new VersionedMessage(record, version));
  }

  @Test
  void kafkaWritesAndReadsTheSameFrame() {
    ByteBuffer ours = MetadataRecordCodec.encode(record, VERSION);

    ApiMessageAndVersion read =
        new MetadataRecordSerde().read(new ByteBufferAccessor(ours.duplicate()), ours.remaining());
    var cache = new ObjectSerializationCache();
    var serde = new MetadataRecordSerde();
    ByteBuffer theirs = ByteBuffer.allocate(serde.recordSize(read, cache));
    serde.write(read, cache, new ByteBufferAccessor(theirs));
    assertThat(theirs.flip()).isEqualTo(ours);
    assertThat(MetadataRecordCodec.read(theirs)).isEqualTo(new VersionedMessage(record, VERSION));
  }

  @Test
  void aTypeOrVersionFromTheFutureIsRefused() {
    assertThatThrownBy(() -> MetadataRecordCodec.read(bytes(1, 0x7f, 0)))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessageContaining("type 127");
    assertThatThrownBy(() -> MetadataRecordCodec.read(bytes(1, TopicRecord.API_KEY, 99)))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessageContaining("TopicRecord has no version 99");
  }

  @Test
  void aDamagedFrameIsMalformed() {
    ByteBuffer whole = MetadataRecordCodec.encode(record, VERSION);
    ByteBuffer longer = ByteBuffer.allocate(whole.remaining() + 1).put(whole.duplicate());

    assertThatThrownBy(() -> MetadataRecordCodec.read(longer.rewind()))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("1 bytes after a TOPIC_RECORD");
    for (ByteBuffer bad :
        new ByteBuffer[] {
          bytes(), bytes(0), bytes(2, 2, 0), bytes(1, 0xff, 0xff, 0x7f, 0), bytes(1, 2)
        }) {
      assertThatThrownBy(() -> MetadataRecordCodec.read(bad))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }
}
