package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Requests whose client goes away, or whose work on another thread fails. */
final class GoneClientTest {
  private final HeldRequests held = new HeldRequests();

  @Test
  void anUnfinishedRequestIsToldThatItsConnectionHasEndedAndGivesItsMemoryBack() throws Exception {
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));
      RequestContext parked = held.take();
      parked.whenGone(parked::respondNothing);

      client.close();

      RunningNetwork.await(
          "the parked request has given up", () -> network.network().requestBytesHeld() == 0);
    }
  }

  @Test
  void aRequestIsToldAtOnceIfItsConnectionHasEndedAlready() throws Exception {
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));
      RequestContext late = held.take();
      client.close();
      RunningNetwork.await(
          "the connection has ended", () -> network.network().connectionCount() == 0);
      var told = new CountDownLatch(1);

      late.whenGone(told::countDown);

      assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
      late.respondNothing();
    }
  }

  @Test
  void aFinishedRequestIsNotTold() throws Exception {
    var isTold = new AtomicBoolean();
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));
      RequestContext answered = held.take();
      answered.whenGone(() -> isTold.set(true));
      answered.respond(RunningNetwork.emptyResponse(answered));
      assertThat(client.readCorrelationId()).isEqualTo(1);
      client.close();
      RunningNetwork.await(
          "the connection has ended", () -> network.network().connectionCount() == 0);
    }
    // The event loops have ended, and with them everything that they had to tell.
    assertThat(isTold).isFalse();
  }

  @Test
  void workOnAnotherThreadThatFailsClosesTheConnection() throws IOException, InterruptedException {
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));
      RequestContext request = held.take();

      request
          .guarded(() -> {
            throw new IllegalStateException("a bug");
          })
          .run();

      assertThat(client.isClosedByPeer()).isTrue();
    }
  }
}
