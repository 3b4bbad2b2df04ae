package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InOrderTest {
  private final InOrder line = new InOrder();
  private final List<Integer> taken = new ArrayList<>();

  @Test
  void stepsAreTakenInTheOrderOfArrivalWhoeverIsReadyFirst() {
    InOrder.Place first = line.join();
    InOrder.Place second = line.join();
    InOrder.Place third = line.join();

    third.enter(() -> taken.add(3));
    second.enter(() -> taken.add(2));
    assertThat(taken).isEmpty();
    assertThat(line.isAnyoneWaiting()).isTrue();
    first.enter(() -> taken.add(1));

    assertThat(taken).containsExactly(1, 2, 3);
    assertThat(line.isAnyoneWaiting()).isFalse();
  }

  @Test
  void oneThatLeavesHoldsNobodyUp() {
    InOrder.Place first = line.join();
    InOrder.Place second = line.join();
    second.enter(() -> taken.add(2));

    first.leave();

    assertThat(taken).containsExactly(2);
  }

  @Test
  void aStepThatLetsAnotherJoinIsNotOvertakenByIt() {
    InOrder.Place first = line.join();
    InOrder.Place second = line.join();
    first.enter(() -> {
      taken.add(1);
      line.join().enter(() -> taken.add(3));
    });

    assertThat(taken).containsExactly(1);
    second.enter(() -> taken.add(2));

    assertThat(taken).containsExactly(1, 2, 3);
  }
}
