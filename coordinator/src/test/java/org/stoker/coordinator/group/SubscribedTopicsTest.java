package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.stoker.coordinator.runtime.Bytes;

/** The topics of a group's members. */
final class SubscribedTopicsTest {
  @Test
  void holdsTheTopicsOfAllMembers() {
    SubscribedTopics topics =
        known(
            OracleSubscription.bytes(List.of("orders", "payments")),
            OracleSubscription.bytes(List.of("orders", "returns")));

    assertThat(List.of("orders", "payments", "returns")).allMatch(topics::contains);
    assertThat(topics.contains("others")).isFalse();
  }

  @Test
  void isUnknownIfOneOfThemIsNoSubscription() {
    Bytes good = OracleSubscription.bytes(List.of("orders"));

    assertThat(SubscribedTopics.in(List.of(good, Bytes.of(new byte[] {1})))).isNull();
    assertThat(SubscribedTopics.in(List.of(good, Bytes.of(new byte[] {0, 0, 0, 0, 0, 9}))))
        .isNull();
    assertThat(SubscribedTopics.in(List.of(good, Bytes.of(new byte[] {-1, -1, 0, 0, 0, 0}))))
        .isNull();
  }

  @Test
  void takesNoMoreThanAFewTimesTheBytesOfTheSubscription() {
    int topicCount = 100_000;
    ByteBuffer bytes = ByteBuffer.allocate(2 + 4 + 4 * topicCount + 4);
    bytes.putShort((short) 0).putInt(topicCount);
    for (int i = 0; i < topicCount; i++) {
      bytes.putShort((short) 2).put((byte) ('a' + i % 26)).put((byte) ('a' + i / 26 % 26));
    }
    bytes.putInt(-1);

    SubscribedTopics topics = known(Bytes.of(bytes.array()), Bytes.of(bytes.array()));

    assertThat(topics.contains("ab")).isTrue();
    assertThat(topics.heapBytes()).as("each name once").isLessThan(26 * 26 * 10);
  }

  private static SubscribedTopics known(Bytes... subscriptions) {
    return Objects.requireNonNull(SubscribedTopics.in(List.of(subscriptions)));
  }
}
