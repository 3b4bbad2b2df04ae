package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoker.access.Authorizer;
import org.stoker.testkit.SimulatedClock;

/** Limits on how many connections there are, over real sockets. */
final class ConnectionLimitsTest {
  private static final int ANY = Integer.MAX_VALUE;

  @Test
  void closesOneMoreConnectionOfAnAddressAndKeepsTheOthers() throws IOException {
    var limits = new ConnectionLimits(ANY, 2, Map.of(), ANY, 600_000);
    try (var network =
        RunningNetwork.with(RunningNetwork.config(limits), RunningNetwork.ANSWERING)) {
      var first = new Neighbour(network);
      var second = new Neighbour(network);
      try (RawClient third = network.connect()) {
        assertThat(third.isClosedByPeer()).isTrue();
      }
      first.isServed();
      second.isServed();
      assertThat(network.metrics().connectionsRefused.sum()).isEqualTo(1);

      second.leave();
      RunningNetwork.await("a place is free", () -> network.network().connectionCount() == 1);
      try (var fourth = new Neighbour(network)) {
        fourth.isServed();
      }
    }
  }

  @Test
  void letsConnectionsWaitInTheBacklogWhenAllPlacesAreTaken()
      throws IOException, InterruptedException {
    var limits = new ConnectionLimits(2, ANY, Map.of(), ANY, 600_000);
    try (var network =
        RunningNetwork.with(RunningNetwork.config(limits), RunningNetwork.ANSWERING)) {
      var first = new Neighbour(network);
      var second = new Neighbour(network);
      List<RawClient> waiting = new ArrayList<>();
      for (int id = 0; id < 5; id++) {
        RawClient client = network.connect();
        client.sendFrame(KafkaFrames.metadata(id));
        waiting.add(client);
      }
      first.isServed();
      second.isServed();
      assertThat(network.network().connectionCount()).isEqualTo(2);
      first.leave();

      for (int id = 0; id < 5; id++) {
        assertThat(waiting.get(id).readCorrelationId()).isEqualTo(id);
        assertThat(network.network().connectionCount()).isLessThanOrEqualTo(2);
        waiting.get(id).close();
      }
      second.isServed();
    }
  }

  @Test
  void closesTheLeastRecentlyUsedConnectionForABroker() throws IOException {
    var limits = new ConnectionLimits(2, ANY, Map.of(), ANY, 600_000);
    var clock = new SimulatedClock();
    try (var network =
        RunningNetwork.with(RunningNetwork.config(limits), clock, RunningNetwork.ANSWERING)) {
      var brokers =
          new ListenerConfig("BROKERS", "127.0.0.1", 0, SecurityProtocol.PLAINTEXT, true, ANY);
      Listener listener =
          network
              .network()
              .listen(
                  brokers,
                  RunningNetwork.EVERYTHING,
                  RunningNetwork.ANSWERING,
                  Authorizer.ALLOWS_ALL);
      listener.start();
      try (RawClient older = network.connect();
          var newer = new Neighbour(network)) {
        assertThat(older.ask(KafkaFrames.metadata(1)).getInt(0)).isEqualTo(1);
        RunningNetwork.await(
            "both responses are accounted for", () -> network.metrics().responses.sum() == 2);
        clock.advanceMs(10);
        newer.isServed();

        try (RawClient broker = RawClient.connect(listener.port())) {
          assertThat(broker.ask(KafkaFrames.metadata(2)).getInt(0)).isEqualTo(2);
          assertThat(older.isClosedByPeer()).isTrue();
          newer.isServed();
        }
      }
    }
  }

  @Test
  void letsConnectionsInAtTheCreationRate() throws IOException {
    var limits = new ConnectionLimits(ANY, ANY, Map.of(), 3, 600_000);
    var clock = new SimulatedClock();
    try (var network =
        RunningNetwork.with(RunningNetwork.config(limits), clock, RunningNetwork.ANSWERING)) {
      List<RawClient> clients = new ArrayList<>();
      for (int id = 0; id < 6; id++) {
        RawClient client = network.connect();
        client.sendFrame(KafkaFrames.metadata(id));
        clients.add(client);
      }
      for (int id = 0; id < 3; id++) {
        assertThat(clients.get(id).readCorrelationId()).isEqualTo(id);
      }
      assertThat(network.network().connectionCount()).isEqualTo(3);

      clock.advanceMs(1_000);
      for (int id = 3; id < 6; id++) {
        assertThat(clients.get(id).readCorrelationId()).isEqualTo(id);
      }
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void closesAConnectionThatDoesNothing() throws IOException {
    var clock = new SimulatedClock();
    try (var network =
        RunningNetwork.with(
            RunningNetwork.config(RunningNetwork.unlimited(600_000)),
            clock,
            RunningNetwork.ANSWERING)) {
      RawClient idle = network.connect();
      var busy = new Neighbour(network);
      assertThat(idle.ask(KafkaFrames.metadata(1)).getInt(0)).isEqualTo(1);
      RunningNetwork.await(
          "both responses are accounted for", () -> network.metrics().responses.sum() == 2);
      clock.advanceMs(300_000);
      busy.isServed();
      clock.advanceMs(300_000);

      assertThat(idle.isClosedByPeer()).isTrue();
      busy.isServed();
      assertThat(network.metrics().connectionsIdledOut.sum()).isEqualTo(1);
    }
  }

  @Test
  void closesAnIdleConnectionByTheRealClock() throws IOException {
    try (var network =
        RunningNetwork.with(
            RunningNetwork.config(RunningNetwork.unlimited(50)), RunningNetwork.ANSWERING)) {
      RawClient idle = network.connect();
      assertThat(idle.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void keepsAClientThatWaitsForItsAnswer() throws IOException, InterruptedException {
    var held = new HeldRequests();
    var clock = new SimulatedClock();
    try (var network =
        RunningNetwork.with(RunningNetwork.config(RunningNetwork.unlimited(1_000)), clock, held)) {
      RawClient waiting = network.connect();
      RawClient idle = network.connect();
      idle.sendFrame(KafkaFrames.metadata(0));
      RequestContext before = held.take();
      before.respond(RunningNetwork.emptyResponse(before));
      assertThat(idle.readCorrelationId()).isZero();
      RunningNetwork.await("it is accounted for", () -> network.metrics().responses.sum() == 1);
      waiting.sendFrame(KafkaFrames.metadata(1));
      RequestContext request = held.take();
      clock.advanceMs(1_000_000);
      assertThat(idle.isClosedByPeer()).isTrue();

      request.respond(RunningNetwork.emptyResponse(request));
      assertThat(waiting.readCorrelationId()).isEqualTo(1);
    }
  }

  @Test
  void refusesAWrongValueWithTheKeyAndWhatIsAllowed() {
    assertThatThrownBy(() -> new ConnectionLimits(-1, 1, Map.of(), 1, 1))
        .hasMessage("max.connections is -1, but must be at least 0");
    assertThatThrownBy(() -> new ConnectionLimits(1, 0, Map.of(), 1, 1))
        .hasMessageContaining("max.connections.per.ip.overrides");
    assertThatThrownBy(() -> ListenerConfig.plaintext("L", "", 70_000))
        .hasMessage("port of listener L is 70000, but must be from 0 to 65535");
    assertThatThrownBy(
            () -> new ListenerConfig("SECURE", "", 0, SecurityProtocol.SASL_SSL, false, ANY))
        .hasMessageContaining("listener SECURE is mapped to SASL_SSL")
        .hasMessageContaining("only PLAINTEXT");
  }
}
