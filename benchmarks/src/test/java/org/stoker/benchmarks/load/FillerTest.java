package org.stoker.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

final class FillerTest {
  @Test
  void isTheSameInEveryRun() {
    assertThat(first(3)).isEqualTo(first(3)).isNotEqualTo(first(4));
  }

  @Test
  void goesOnWithOtherTextBeyondTheEndOfThePool() {
    var filler = new Filler(0);
    byte[] before = new byte[1_000];
    byte[] value = new byte[1_000];

    for (int i = 0; i < 10_000; i++) {
      System.arraycopy(value, 0, before, 0, value.length);
      filler.fill(value);

      assertThat(value).isNotEqualTo(before);
    }
  }

  @Test
  void compressesAsWordsDo() {
    byte[] text = new byte[100_000];
    new Filler(0).fill(text);
    var deflater = new Deflater();
    deflater.setInput(text);
    deflater.finish();

    int compressed = deflater.deflate(new byte[200_000]);
    deflater.end();

    assertThat(compressed).isBetween(text.length / 5, text.length * 2 / 3);
  }

  private static byte[] first(int number) {
    byte[] value = new byte[200];
    new Filler(number).fill(value);
    return value;
  }
}
