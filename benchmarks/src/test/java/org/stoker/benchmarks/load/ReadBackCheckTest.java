package org.stoker.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ReadBackCheckTest {
  private final ReadBackCheck check = new ReadBackCheck(2, 3, 2);

  @Test
  void isContentWithEveryRecordOnceInOrderOfEachPartition() {
    check.accept(0, record(0, 0));
    check.accept(1, record(1, 0));
    check.accept(1, record(0, 1));
    check.accept(0, record(0, 2));
    check.accept(0, record(1, 1));

    assertThat(check.faults()).isEmpty();
  }

  @Test
  void findsAMissingRecord() {
    acceptAllBut(0, 1);

    assertThat(check.faults()).containsExactly("1 records missing");
  }

  @Test
  void findsTwoSwappedRecords() {
    check.accept(0, record(0, 0));
    check.accept(0, record(0, 2));
    check.accept(0, record(0, 1));
    check.accept(1, record(1, 0));
    check.accept(1, record(1, 1));

    assertThat(check.faults()).containsExactly("1 records out of order");
  }

  @Test
  void findsAChangedRecord() {
    acceptAllBut(1, 1);
    byte[] changed = record(1, 1);
    changed[30]++;

    check.accept(0, changed);

    assertThat(check.faults()).containsExactly("1 records missing", "1 records changed");
  }

  @Test
  void findsARecordThatIsThereTwice() {
    acceptAllBut(1, 1);
    check.accept(1, record(1, 1));

    check.accept(0, record(1, 1));

    assertThat(check.faults()).containsExactly("1 records repeated");
  }

  @Test
  void findsRecordsThatWereNeverAcknowledged() {
    acceptAllBut(-1, -1);

    check.accept(0, record(0, 3));
    check.accept(0, record(2, 0));
    check.accept(0, record(-1, 0));

    assertThat(check.faults()).containsExactly("3 records never acknowledged");
  }

  private void acceptAllBut(int producer, int sequence) {
    int[] counts = {3, 2};
    for (int p = 0; p < counts.length; p++) {
      for (int s = 0; s < counts[p]; s++) {
        if (p != producer || s != sequence) {
          check.accept(0, record(p, s));
        }
      }
    }
  }

  private static byte[] record(int producer, int sequence) {
    byte[] value = new byte[40];
    NumberedRecord.seal(value, producer, sequence, 0);
    return value;
  }
}
