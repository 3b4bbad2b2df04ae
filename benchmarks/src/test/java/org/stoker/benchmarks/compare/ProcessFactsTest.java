package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class ProcessFactsTest {
  @Test
  void addsUserAndKernelTimeOfTheProcessAndOfChildrenThatEnded() {
    String stat = "4711 (java) S 1 4711 4711 0 -1 4194560 91044 20 3 0 1234 566 150 50 20 0 61 0 1";

    assertThat(ProcessFacts.cpuSeconds(stat)).isEqualTo(20);
  }

  @Test
  void aCommandMayHoldSpacesAndParentheses() {
    String stat = "4711 (a) b (c) 9 9) S 1 4711 4711 0 -1 4194560 91044 20 3 0 100 0 0 0 20 0 61";

    assertThat(ProcessFacts.cpuSeconds(stat)).isEqualTo(1);
  }

  @Test
  void residentMemoryIsInBytes() {
    String status = "Name:\tjava\nVmHWM:\t  999999 kB\nVmRSS:\t  120000 kB\nThreads:\t61\n";

    assertThat(ProcessFacts.residentBytes(status)).isEqualTo(120_000L * 1_024);
  }

  @Test
  void aProcessWithoutMemoryOfItsOwnIsRefused() {
    assertThatThrownBy(() -> ProcessFacts.residentBytes("Name:\tkthreadd\n"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void readsWhatLinuxSaysOfThisProcess() throws IOException {
    ProcessFacts self = ProcessFacts.of(ProcessHandle.current().pid());

    assertThat(self.residentBytes()).isGreaterThan(10L << 20);
    assertThat(self.cpuSeconds()).isPositive();
  }
}
