package org.stoker.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class LinuxCpuLoadTest {
  private static final long LOOK_MS = 100;

  private final Clock clock =
      new Clock() {
        @Override
        public long wallMs() {
          return 0;
        }

        @Override
        public long monotonicNs() {
          return nowMs * 1_000_000;
        }
      };
  private long nowMs;
  private String line = "cpu  5000 0 5000 900 0 0 0 0 0 0";
  private final LinuxCpuLoad load = new LinuxCpuLoad(clock, () -> line);

  @Test
  void isHighWhenNearlyAllTimeWasUsedSinceTheLastLook() {
    assertThat(load.isHigh()).as("what was before nobody asked").isFalse();

    assertThat(after(LOOK_MS, "cpu  5010 0 5007 903 0 0 0 0 0 0")).isTrue();
    assertThat(after(LOOK_MS, "cpu  5010 0 5007 923 0 0 0 0 0 0")).isFalse();
  }

  @Test
  void waitingForADiskLeavesAProcessorIdle() {
    assertThat(load.isHigh()).isFalse();

    assertThat(after(LOOK_MS, "cpu  5001 0 5001 900 18 0 0 0 0 0")).isFalse();
  }

  /** Interrupts, and what other virtual machines took, are time that nobody has here. */
  @Test
  void allButIdleTimeIsUsed() {
    assertThat(load.isHigh()).isFalse();

    assertThat(after(LOOK_MS, "cpu  5001 2 5001 901 1 4 4 6 0 0")).isTrue();
  }

  @Test
  void looksAFewTimesASecondAtMost() {
    assertThat(load.isHigh()).isFalse();

    assertThat(after(LOOK_MS - 1, "cpu  9000 0 5000 900 0 0 0 0 0 0")).isFalse();
    assertThat(after(1, line)).isTrue();
  }

  @Test
  void isLowWhereNobodyTells() {
    assertThat(load.isHigh()).isFalse();

    assertThat(after(LOOK_MS, "")).isFalse();
    assertThat(after(LOOK_MS, "cpu  one two three four five")).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void readsWhatThisMachineSays() {
    assertThat(LinuxCpuLoad.firstLine()).matches("cpu +(\\d+ ?){8,}");
  }

  private boolean after(long passedMs, String told) {
    nowMs += passedMs;
    line = told;
    return load.isHigh();
  }
}
