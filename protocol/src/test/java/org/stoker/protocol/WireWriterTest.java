package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

final class WireWriterTest {
  @Test
  void theBufferGrowsAsNeeded() {
    WireWriter out = new WireWriter(0);

    for (int i = 0; i < 1_000; i++) {
      out.writeInt32(i);
    }

    ByteBuffer bytes = out.toByteBuffer();
    assertThat(bytes.remaining()).isEqualTo(4_000);
    assertThat(bytes.getInt(4 * 999)).isEqualTo(999);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theBufferStaysTheKindOfMemoryThatTheCallerGave(boolean direct) {
    ByteBuffer given = direct ? ByteBuffer.allocateDirect(5) : ByteBuffer.allocate(5);
    given.put((byte) 9).order(ByteOrder.LITTLE_ENDIAN);
    WireWriter out = new WireWriter(given, BufferGrowth.DOUBLING);

    out.writeInt32(1);
    out.writeInt32(2);

    assertThat(given.getInt(1)).isEqualTo(0x01000000);
    ByteBuffer bytes = out.toByteBuffer();
    assertThat(bytes.isDirect()).isEqualTo(direct);
    assertThat(bytes).isEqualTo(ByteBuffer.allocate(8).putInt(1).putInt(2).flip());
  }

  @Test
  void theCallerSaysWhereMoreRoomComesFrom() {
    List<Integer> asked = new ArrayList<>();
    BufferGrowth growth = (full, capacity) -> larger(full, capacity, asked);
    WireWriter out = new WireWriter(ByteBuffer.allocate(4), growth);

    out.writeInt32(1);
    out.writeInt64(2);

    assertThat(asked).containsExactly(12);
    assertThat(out.toByteBuffer().getLong(4)).isEqualTo(2);
  }

  private static ByteBuffer larger(ByteBuffer full, int capacity, List<Integer> asked) {
    asked.add(capacity);
    return ByteBuffer.allocate(100).put(full.flip()).order(ByteOrder.LITTLE_ENDIAN);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 268_435_456, -1})
  void varintsAreKafkas(int value) {
    WireWriter out = new WireWriter(16);
    ByteBuffer kafkas = ByteBuffer.allocate(5);

    out.writeUnsignedVarint(value);

    new ByteBufferAccessor(kafkas).writeUnsignedVarint(value);
    assertThat(out.toByteBuffer()).isEqualTo(kafkas.flip());
    assertThat(WireSize.unsignedVarint(value)).isEqualTo(kafkas.remaining());
  }

  @Test
  void partsComeInOrder() {
    RecordBytes first = () -> 10;
    RecordBytes second = new MemoryRecordBytes(ByteBuffer.allocate(7));
    WireWriter out = new WireWriter(0);

    out.writeInt8((byte) 1);
    out.writeRecords(first, false);
    out.writeRecords(second, true);
    out.writeRecords(null, true);
    out.writeRecords(MemoryRecordBytes.EMPTY, true);

    assertThat(parts(out))
        .containsExactly(
            ByteBuffer.wrap(new byte[] {1, 0, 0, 0, 10}),
            first,
            ByteBuffer.wrap(new byte[] {8}),
            second,
            ByteBuffer.wrap(new byte[] {0, 1}));
    assertThat(out.size()).isEqualTo(5 + 10 + 1 + 7 + 2);
    assertThat(out.splices())
        .containsExactly(new WireWriter.Splice(5, first), new WireWriter.Splice(6, second));
  }

  private static List<Object> parts(WireWriter out) {
    List<Object> parts = new ArrayList<>();
    out.forEachPart(
        new WireWriter.PartVisitor() {
          @Override
          public void bytes(ByteBuffer part) {
            parts.add(part);
          }

          @Override
          public void records(RecordBytes part) {
            parts.add(part);
          }
        });
    return parts;
  }

  @Test
  void recordsThatAreNotInMemoryCannotBeFlattened() {
    WireWriter out = new WireWriter(16);
    out.writeRecords(() -> 10, false);

    assertThatThrownBy(out::toByteBuffer).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aStringLongerThanSixteenBitsCanSayIsRefused() {
    WireWriter out = new WireWriter(16);

    out.writeString("x".repeat(32_767), true);
    assertThatThrownBy(() -> out.writeString("ü".repeat(16_384), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32768 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain",
        "grüße",
        "日本語",
        "\uD83D\uDE80",
        "half \uD83D pair",
        "\uDE80\uD83D",
        "\uD83D"
      })
  void theSizeOfAStringIsWhatIsWritten(String value) {
    for (boolean flexible : new boolean[] {true, false}) {
      WireWriter out = new WireWriter(16);

      out.writeString(value, flexible);

      assertThat(WireSize.string(value, flexible)).isEqualTo(out.size());
    }
  }

  @Test
  void unknownTagsThatAreOutOfOrderOrKnownAreRefused() {
    WireWriter out = new WireWriter(16);
    var two = new UnknownTaggedField(2, new byte[1]);
    var one = new UnknownTaggedField(1, new byte[1]);

    assertThatThrownBy(() -> out.writeUnknownTaggedFields(List.of(two, one)))
        .hasMessage("tag 1 comes after tag 2");
    assertThatThrownBy(() -> out.writeUnknownTaggedFields(List.of(two, two)))
        .hasMessage("tag 2 comes after tag 2");
    assertThatThrownBy(() -> out.writeUnknownTaggedFieldsBefore(List.of(one, two), 0, 2))
        .hasMessage("tag 2 is known and unknown at once");
  }

  @Test
  void unsignedNumbersAreCheckedWhenTheyAreSet() {
    assertThat(WireWriter.requireUint16("port", 65_535)).isEqualTo(65_535);
    assertThat(WireWriter.requireUint32("count", 4_294_967_295L)).isEqualTo(4_294_967_295L);
    for (int wrong : new int[] {-1, 65_536}) {
      assertThatThrownBy(() -> WireWriter.requireUint16("port", wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("port=" + wrong);
    }
    assertThatThrownBy(() -> WireWriter.requireUint32("count", 1L << 32))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
