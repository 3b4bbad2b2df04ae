package org.stoker.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LimitedExecutorTest {
  private final ArrayDeque<Runnable> pool = new ArrayDeque<>();
  private final List<String> ran = new ArrayList<>();

  @Test
  void noMoreTasksThanTheLimitAreInThePool() {
    var limited = new LimitedExecutor(pool::add, 2);
    for (String name : List.of("a", "b", "c", "d")) {
      limited.execute(() -> ran.add(name));
    }

    assertThat(pool).hasSize(2);

    pool.remove().run();
    assertThat(ran).containsExactly("a");
    assertThat(pool).hasSize(2);

    while (!pool.isEmpty()) {
      pool.remove().run();
    }
    assertThat(ran).containsExactly("a", "b", "c", "d");
  }

  @Test
  void aTaskThatFailsGivesItsPlaceToTheNext() {
    var limited = new LimitedExecutor(pool::add, 1);
    limited.execute(() -> {
      throw new IllegalStateException("on purpose");
    });
    limited.execute(() -> ran.add("next"));

    assertThatThrownBy(pool.remove()::run).hasMessage("on purpose");
    pool.remove().run();

    assertThat(ran).containsExactly("next");
  }
}
