package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;

/** The number of event loops changes while they serve. */
final class LoopCountTest {
  private final Set<String> servedBy = new ConcurrentSkipListSet<>();
  private final List<RawClient> clients = new ArrayList<>();

  @Test
  void newConnectionsGoToAsManyLoopsAsThereAreNow() throws IOException {
    var two =
        new NetworkConfig(
            2, SocketConfig.defaults(), RequestLimits.defaults(), ConnectionLimits.defaults());
    try (var network = RunningNetwork.with(two, this::answer)) {
      assertThat(loopsOfNewClients(network, 4)).hasSize(2);

      assertThat(network.network().serveOn(4)).isEqualTo(4);
      assertThat(loopsOfNewClients(network, 8)).hasSize(4);

      assertThat(network.network().serveOn(1)).isEqualTo(1);
      assertThat(loopsOfNewClients(network, 4)).hasSize(1);

      assertThat(network.network().serveOn(100)).isEqualTo(8);
      servedBy.clear();
      for (RawClient earlier : clients) {
        ask(earlier);
      }
      assertThat(servedBy).as("connections that were there before").hasSize(4);
    }
  }

  private Set<String> loopsOfNewClients(RunningNetwork network, int count) throws IOException {
    servedBy.clear();
    for (int i = 0; i < count; i++) {
      RawClient client = network.connect();
      clients.add(client);
      ask(client);
    }
    return new TreeSet<>(servedBy);
  }

  private static void ask(RawClient client) throws IOException {
    client.sendFrame(KafkaFrames.apiVersions(1));
    assertThat(client.readCorrelationId()).isEqualTo(1);
  }

  private void answer(RequestContext request) {
    servedBy.add(Thread.currentThread().getName());
    request.respond(RunningNetwork.emptyResponse(request));
  }
}
