package org.stoker.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NumberedRecordTest {
  @Test
  void tellsWhoSentItAsWhichOfItsRecordsAndWhen() {
    byte[] value = sealed();

    assertThat(NumberedRecord.producer(value)).isEqualTo(7);
    assertThat(NumberedRecord.sequence(value)).isEqualTo(42);
    assertThat(NumberedRecord.dueNs(value)).isEqualTo(1_234_567_890_123L);
    assertThat(NumberedRecord.isIntact(value)).isTrue();
  }

  @Test
  void anyChangedByteIsSeen() {
    for (int i = 0; i < 100; i++) {
      byte[] value = sealed();
      value[i] ^= 1;

      assertThat(NumberedRecord.isIntact(value)).as("byte " + i).isFalse();
    }
  }

  @Test
  void aValueTooShortForTheHeaderIsNotIntact() {
    assertThat(NumberedRecord.isIntact(new byte[NumberedRecord.SMALLEST - 1])).isFalse();
  }

  private static byte[] sealed() {
    byte[] value = new byte[100];
    new Filler(7).fill(value);
    NumberedRecord.seal(value, 7, 42, 1_234_567_890_123L);
    return value;
  }
}
