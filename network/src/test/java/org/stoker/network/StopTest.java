package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.stoker.access.Authorizer;

/** How a network ends. */
final class StopTest {
  private static final long BOUND_MS = 30_000;
  private final HeldRequests held = new HeldRequests();

  @Test
  void answersWhatIsInFlightAndStartsNothingMore() throws IOException, InterruptedException {
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      RawClient idle = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));
      client.sendFrame(KafkaFrames.metadata(2));
      RequestContext inFlight = held.take();
      Thread stopping = Thread.ofPlatform().start(() -> network.network().stop(BOUND_MS));
      assertThat(idle.isClosedByPeer()).isTrue();
      assertThatThrownBy(network::connect).isInstanceOf(ConnectException.class);

      inFlight.respond(RunningNetwork.emptyResponse(inFlight));

      assertThat(client.readCorrelationId()).isEqualTo(1);
      assertThat(client.isClosedByPeer()).isTrue();
      assertThat(held.takeIfAny()).isNull();
      stopping.join();
      assertThat(network.network().requestBytesHeld()).isZero();
    }
  }

  /**
   * Closing over bytes that were not read resets the connection: a client whose write then fails
   * gives up the connection with the answers on it, and sends again what was acknowledged.
   */
  @Test
  void aClientThatGoesOnSendingIsNotResetBeforeItHasReadItsLastAnswer()
      throws IOException, InterruptedException {
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      RawClient idle = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));
      RequestContext inFlight = held.take();
      Thread stopping = Thread.ofPlatform().start(() -> network.network().stop(BOUND_MS));
      assertThat(idle.isClosedByPeer()).isTrue();
      client.sendFrame(KafkaFrames.metadata(2));

      inFlight.respond(RunningNetwork.emptyResponse(inFlight));

      assertThat(client.readCorrelationId()).isEqualTo(1);
      for (int correlationId = 3; correlationId < 20; correlationId++) {
        client.sendFrame(KafkaFrames.metadata(correlationId));
      }
      assertThat(client.readBytes(1)).as("what comes behind the last answer").isEmpty();
      client.close();
      stopping.join();
    }
  }

  @Test
  void waitsNoLongerThanTheBound() throws IOException, InterruptedException {
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));
      RequestContext never = held.take();
      network.network().stop(50);

      assertThat(client.isClosedByPeer()).isTrue();
      never.respond(RunningNetwork.emptyResponse(never));
      assertThat(network.network().requestBytesHeld()).isZero();
    }
  }

  @Test
  void letsNobodyInBeforeTheListenerIsStarted() throws IOException {
    try (var network = RunningNetwork.with(RunningNetwork.ANSWERING)) {
      Listener second =
          network
              .network()
              .listen(
                  ListenerConfig.plaintext("SECOND", "127.0.0.1", 0),
                  RunningNetwork.EVERYTHING,
                  RunningNetwork.ANSWERING,
                  Authorizer.ALLOWS_ALL);
      try (RawClient early = RawClient.connect(second.port());
          var other = new Neighbour(network)) {
        early.sendFrame(KafkaFrames.metadata(1));
        other.isServed();
        assertThat(network.network().connectionCount()).isEqualTo(1);

        second.start();
        assertThat(early.readCorrelationId()).isEqualTo(1);
      }
    }
  }
}
