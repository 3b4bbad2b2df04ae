package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoker.network.ResponseOrder.Slot;

final class ResponseOrderTest {
  private static final boolean PRODUCE = true;
  private static final boolean OTHER = false;

  private final ResponseOrder<String, String> order = new ResponseOrder<>();

  @Test
  void startsProduceRequestsTogetherAndSendsTheirResponsesInOrder() {
    order.arrived("a", PRODUCE);
    order.arrived("b", PRODUCE);
    List<Slot<String, String>> started = startAll();
    assertThat(started).extracting(Slot::request).containsExactly("a", "b");

    order.answered(started.get(1), "b");
    assertThat(left()).isEmpty();
    order.answered(started.get(0), "a");

    assertThat(left()).containsExactly("a", "b");
  }

  @Test
  void startsAnyOtherRequestOnlyWhenThoseBeforeItAreAnswered() {
    order.arrived("produce", PRODUCE);
    order.arrived("fetch", OTHER);
    List<Slot<String, String>> started = startAll();
    assertThat(started).extracting(Slot::request).containsExactly("produce");

    order.answered(started.get(0), "produced");

    assertThat(startAll()).extracting(Slot::request).containsExactly("fetch");
  }

  @Test
  void holdsBackWhatIsBehindAnyOtherRequest() {
    order.arrived("fetch", OTHER);
    order.arrived("produce", PRODUCE);
    List<Slot<String, String>> started = startAll();
    assertThat(started).extracting(Slot::request).containsExactly("fetch");

    order.answered(started.get(0), "fetched");

    assertThat(startAll()).extracting(Slot::request).containsExactly("produce");
  }

  @Test
  void passesOverARequestThatHasNoResponse() {
    order.arrived("acks=0", PRODUCE);
    order.arrived("acks=1", PRODUCE);
    List<Slot<String, String>> started = startAll();

    order.answered(started.get(0), null);
    order.answered(started.get(1), "acked");

    assertThat(left()).containsExactly("acked");
    assertThat(order.size()).isZero();
  }

  @Test
  void refusesASecondAnswer() {
    order.arrived("a", PRODUCE);
    Slot<String, String> slot = startAll().getFirst();
    order.answered(slot, "once");

    assertThatThrownBy(() -> order.answered(slot, "twice"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void handsBackWhatWillNeverLeave() {
    order.arrived("a", PRODUCE);
    order.arrived("b", PRODUCE);
    order.arrived("c", OTHER);
    List<Slot<String, String>> started = startAll();
    order.answered(started.get(1), "b");

    List<String> requests = new ArrayList<>();
    List<String> responses = new ArrayList<>();
    order.dropWaiting(requests::add);
    order.dropResponses(responses::add);
    order.answered(started.get(0), null);

    assertThat(requests).containsExactly("c");
    assertThat(responses).containsExactly("b");
    assertThat(left()).isEmpty();
  }

  @Test
  void saysOnceWhenSomethingWaitsBehindARequest() {
    List<String> heard = new ArrayList<>();
    order.arrived("fetch", OTHER);
    Slot<String, String> fetch = startAll().getFirst();
    order.whenNextArrives(fetch, () -> heard.add("next"));
    assertThat(heard).isEmpty();

    order.arrived("nudge", OTHER);
    order.arrived("another", OTHER);

    assertThat(heard).containsExactly("next");
  }

  @Test
  void saysAtOnceThatSomethingWaitsAlready() {
    List<String> heard = new ArrayList<>();
    order.arrived("fetch", OTHER);
    order.arrived("nudge", OTHER);
    Slot<String, String> fetch = startAll().getFirst();

    order.whenNextArrives(fetch, () -> heard.add("next"));

    assertThat(heard).containsExactly("next");
  }

  @Test
  void saysNothingOfARequestThatWasAnswered() {
    List<String> heard = new ArrayList<>();
    order.arrived("fetch", OTHER);
    Slot<String, String> fetch = startAll().getFirst();
    order.whenNextArrives(fetch, () -> heard.add("next"));
    order.answered(fetch, "fetched");

    order.arrived("behind", OTHER);

    assertThat(heard).isEmpty();
  }

  private List<Slot<String, String>> startAll() {
    List<Slot<String, String>> started = new ArrayList<>();
    for (var slot = order.start(); slot != null; slot = order.start()) {
      started.add(slot);
    }
    return started;
  }

  private List<String> left() {
    List<String> left = new ArrayList<>();
    order.leave(left::add);
    return left;
  }
}
