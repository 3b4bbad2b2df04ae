package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoker.base.TopicIdPartition;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.FetchRequest.FetchPartition;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.replication.FollowerSession.Part;

final class FollowerSessionTest {
  private static final Uuid ORDERS = new Uuid(1, 1);
  private static final Uuid PAYMENTS = new Uuid(2, 2);
  private static final int SESSION = 77;

  private final FollowerSession session = new FollowerSession();

  private static Map<TopicIdPartition, FetchPartition> wanted(Object... keysAndOffsets) {
    Map<TopicIdPartition, FetchPartition> wanted = new LinkedHashMap<>();
    for (int i = 0; i < keysAndOffsets.length; i += 2) {
      TopicIdPartition key = (TopicIdPartition) keysAndOffsets[i];
      wanted.put(
          key,
          new FetchPartition()
              .setPartition(key.partition())
              .setFetchOffset((int) keysAndOffsets[i + 1]));
    }
    return wanted;
  }

  private static TopicIdPartition orders(int partition) {
    return new TopicIdPartition(ORDERS, partition);
  }

  private static FetchResponse answer(int sessionId) {
    return new FetchResponse().setSessionId(sessionId);
  }

  private static List<String> said(Part part) {
    return part.topics().stream()
        .flatMap(topic ->
            topic.partitions().stream()
                .map(partition ->
                    (topic.topicId().equals(ORDERS) ? "orders-" : "payments-")
                        + partition.partition()
                        + "@"
                        + partition.fetchOffset()))
        .toList();
  }

  @Test
  void theFirstRequestSaysEverythingAndTheNextOnlyWhatMoved() {
    Part first =
        session.next(wanted(orders(0), 5, orders(1), 6, new TopicIdPartition(PAYMENTS, 0), 7));
    assertThat(first.sessionId()).isZero();
    assertThat(first.sessionEpoch()).isZero();
    assertThat(said(first)).containsExactly("orders-0@5", "orders-1@6", "payments-0@7");
    assertThat(session.accepts(answer(SESSION))).isTrue();

    Part second =
        session.next(wanted(orders(0), 5, orders(1), 9, new TopicIdPartition(PAYMENTS, 0), 7));
    assertThat(second.sessionId()).isEqualTo(SESSION);
    assertThat(second.sessionEpoch()).isEqualTo(1);
    assertThat(said(second)).containsExactly("orders-1@9");
    assertThat(second.gone()).isEmpty();
  }

  @Test
  void whatIsNotWantedAnyMoreIsForgottenAndComesBackInFull() {
    session.next(wanted(orders(0), 5, orders(1), 6));
    session.accepts(answer(SESSION));

    Part without = session.next(wanted(orders(0), 5));
    assertThat(said(without)).isEmpty();
    assertThat(without.gone()).hasSize(1);
    assertThat(without.gone().getFirst().partitions()).containsExactly(1);
    session.accepts(answer(SESSION));

    assertThat(said(session.next(wanted(orders(0), 5, orders(1), 6))))
        .containsExactly("orders-1@6");
  }

  @Test
  void anErrorOrAnotherSessionStartsAnew() {
    session.next(wanted(orders(0), 5));
    session.accepts(answer(SESSION));
    session.next(wanted(orders(0), 6));
    assertThat(
            session.accepts(
                new FetchResponse().setErrorCode(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code())))
        .isFalse();

    Part again = session.next(wanted(orders(0), 6));
    assertThat(again.sessionEpoch()).isZero();
    assertThat(said(again)).containsExactly("orders-0@6");
    session.accepts(answer(SESSION));
    session.next(wanted(orders(0), 7));
    assertThat(session.accepts(answer(SESSION + 1))).isFalse();
  }

  @Test
  void aLeaderWithoutRoomForSessionsIsToldEverythingEachTime() {
    session.next(wanted(orders(0), 5));
    session.accepts(answer(0));

    Part second = session.next(wanted(orders(0), 5));

    assertThat(second.sessionEpoch()).isZero();
    assertThat(said(second)).containsExactly("orders-0@5");
  }
}
