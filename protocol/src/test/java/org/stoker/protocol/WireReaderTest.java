package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.base.Uuid;
import org.stoker.records.MemoryRecordBytes;

final class WireReaderTest {
  @Test
  void numbersAreBigEndianWhateverTheBuffersOrder() {
    ByteBuffer bytes = ByteBuffer.allocate(8).putLong(0x0102030405060708L).flip();
    bytes.order(ByteOrder.LITTLE_ENDIAN);

    assertThat(new WireReader(bytes).readInt64()).isEqualTo(0x0102030405060708L);
    assertThat(bytes.position()).isZero();
  }

  @Test
  void unsignedNumbersUseAllTheirBits() {
    WireReader in = reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

    assertThat(in.readUint16()).isEqualTo(65_535);
    assertThat(in.readUint32()).isEqualTo(4_294_967_295L);
  }

  @Test
  void aVarintHasAtMostFiveBytes() {
    assertThat(reader(0x00).readUnsignedVarint()).isZero();
    assertThat(reader(0x7f).readUnsignedVarint()).isEqualTo(127);
    assertThat(reader(0x80, 0x01).readUnsignedVarint()).isEqualTo(128);
    assertThat(reader(0xff, 0xff, 0xff, 0xff, 0x0f).readUnsignedVarint()).isEqualTo(-1);
    assertMalformed(() -> reader(0xff, 0xff, 0xff, 0xff, 0xff, 0x01).readUnsignedVarint());
    assertMalformed(() -> reader(0x80).readUnsignedVarint());
  }

  @Test
  void everyTypeNamesWhatIsMissing() {
    assertMalformed(() -> reader().readInt8());
    assertMalformed(() -> reader(1).readInt16());
    assertMalformed(() -> reader(1, 2, 3).readInt32());
    assertMalformed(() -> reader(1, 2, 3, 4, 5, 6, 7).readInt64());
    assertMalformed(() -> reader(1, 2, 3, 4, 5, 6, 7).readFloat64());
    assertThatThrownBy(() -> new WireReader(ByteBuffer.allocate(15)).readUuid())
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("16 bytes expected, 15 remain");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stringsComeFromAnyKindOfMemory(boolean direct) {
    ByteBuffer bytes = direct ? ByteBuffer.allocateDirect(9) : ByteBuffer.allocate(9);
    bytes.put((byte) 9).putShort((short) 6).put("grün!".getBytes(StandardCharsets.UTF_8)).flip();
    bytes.get();

    assertThat(new WireReader(bytes.slice()).readString("name", false)).isEqualTo("grün!");
    assertThat(new WireReader(bytes.asReadOnlyBuffer()).readString("name", false))
        .isEqualTo("grün!");
  }

  @Test
  void bytesThatAreNoTextBecomeReplacementCharactersAsInKafka() {
    assertThat(reader(3, 0xc3, 0x28).readString("name", true)).isEqualTo("\uFFFD(");
  }

  @Test
  void aNullWhereNoneIsAllowedNamesItsField() {
    assertThat(reader(0xff, 0xff).readNullableString("name", false)).isNull();
    assertThatThrownBy(() -> reader(0).readString("name", true))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("name must not be null");
    assertThatThrownBy(() -> reader(0).readArrayLength("topics", true, 1, 8))
        .hasMessage("topics must not be null");
  }

  @Test
  void aStringIsAtMostWhatSixteenBitsCanSay() {
    ByteBuffer bytes = ByteBuffer.allocate(40_000).put(new byte[] {(byte) 0x81, (byte) 0x80, 2});

    assertThatThrownBy(() -> new WireReader(bytes.rewind()).readString("name", true))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("name is a string of 32768 bytes");
  }

  @Test
  void lengthsAreComparedWithWhatRemains() {
    assertThatThrownBy(() -> reader(0x7f, 0xff, 0xff, 0xff, 1).readBytes("data", false))
        .hasMessage("data has 2147483647 bytes, 1 remain");
    assertThatThrownBy(() -> reader(5, 1, 2, 3).readBuffer("data", true))
        .hasMessage("data has 4 bytes, 3 remain");
    assertThatThrownBy(() -> reader(4, 1, 2, 3).readInt32s("ids", true))
        .hasMessage("ids has 3 elements, 3 bytes remain");
    assertThatThrownBy(() -> reader(0, 0, 0, 1).readArrayLength("topics", false, 7, 8))
        .hasMessage("topics has 1 elements, 0 bytes remain");
  }

  @Test
  void anArrayHasAtMostAMillionElements() {
    ByteBuffer bytes = ByteBuffer.allocate(2_000_000);

    bytes.putInt(0, WireReader.MAX_ARRAY_LENGTH);
    assertThat(new WireReader(bytes).readArrayLength("topics", false, 1, 8)).isEqualTo(1_000_000);
    bytes.putInt(0, WireReader.MAX_ARRAY_LENGTH + 1);
    assertMalformed(() -> new WireReader(bytes).readArrayLength("topics", false, 1, 8));
  }

  @Test
  void aListGetsRoomForAThousandElementsBeforeAnyOfThemTurnsUp() {
    assertThat(WireReader.firstCapacity(3)).isEqualTo(3);
    assertThat(WireReader.firstCapacity(1_000_000)).isEqualTo(1_000);
  }

  @Test
  void aStructHasAtMostTenThousandTaggedFields() {
    ByteBuffer bytes = ByteBuffer.allocate(100_000);

    bytes.put(0, new byte[] {(byte) 0x90, 0x4e});
    assertThat(new WireReader(bytes).readTaggedFieldCount()).isEqualTo(10_000);
    bytes.put(0, new byte[] {(byte) 0x91, 0x4e});
    assertMalformed(() -> new WireReader(bytes).readTaggedFieldCount());
    assertMalformed(() -> reader(2, 0, 0, 0).readTaggedFieldCount());
    assertMalformed(() -> reader(0xff, 0xff, 0xff, 0xff, 0x0f, 0).readTaggedFieldCount());
  }

  @Test
  void recordsAreASliceOfTheBufferThatWasGiven() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {4, 1, 2, 3, 9});
    WireReader in = new WireReader(bytes);

    MemoryRecordBytes records = (MemoryRecordBytes) in.readRecords("records", true);

    bytes.put(1, (byte) 77);
    assertThat(records.buffer()).isEqualTo(ByteBuffer.wrap(new byte[] {77, 2, 3}));
    assertThat(in.remaining()).isEqualTo(1);
  }

  @Test
  void listsOfEveryElementAreRead() {
    assertThat(reader(3, 1, 0xff).readInt8s("f", true)).containsExactly((byte) 1, (byte) -1);
    assertThat(reader(2, 1, 2).readInt16s("f", true)).containsExactly((short) 0x102);
    assertThat(reader(2, 0, 0, 0, 5).readInt32s("f", true)).containsExactly(5);
    assertThat(reader(2, 0, 0, 0, 0, 0, 0, 0, 5).readInt64s("f", true)).containsExactly(5L);
    assertThat(reader(2, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6).readUuids("f", true))
        .containsExactly(new Uuid(5, 6));
    assertThat(reader(2, 3, 'h', 'i').readStrings("f", true)).containsExactly("hi");
    assertThat(reader(0).readNullableStrings("f", true)).isNull();
    assertThat(reader(0).readNullableInt8s("f", true)).isNull();
  }

  private static void assertMalformed(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(MalformedMessageException.class);
  }

  private static WireReader reader(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return new WireReader(bytes.flip());
  }

  @Test
  void anArrayThatTakesTooMuchMemoryIsRefusedAtItsLength() {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 1_000).putInt(0, 1_000);

    assertThat(new WireReader(bytes, 50_000).readArrayLength("topics", false, 1, 50))
        .isEqualTo(1_000);
    assertThatThrownBy(() -> new WireReader(bytes, 49_999).readArrayLength("topics", false, 1, 50))
        .isInstanceOf(MessageTooLargeException.class);
  }

  @Test
  void whatIsReadIsCounted() {
    var in = new WireReader(ByteBuffer.allocate(4 + 100 * 2).putInt(0, 100));

    in.readStrings("names", false);

    assertThat(in.heapBytes()).isGreaterThanOrEqualTo(400);
  }
}
