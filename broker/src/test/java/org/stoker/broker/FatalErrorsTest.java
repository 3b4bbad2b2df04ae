package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FatalErrorsTest {
  private final List<String> ends = new ArrayList<>();
  private final FatalErrors handler = new FatalErrors(() -> ends.add("end"));

  @Test
  void anErrorOfAnyThreadEndsTheProcess() {
    handler.uncaughtException(Thread.currentThread(), new NoClassDefFoundError("on purpose"));

    assertThat(ends).containsExactly("end");
  }

  @Test
  void anExceptionOfAThreadDoesNotEndTheProcess() {
    handler.uncaughtException(Thread.currentThread(), new IllegalStateException("on purpose"));

    assertThat(ends).isEmpty();
  }
}
