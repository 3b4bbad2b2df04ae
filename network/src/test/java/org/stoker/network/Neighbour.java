package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/** A well-behaved client beside a bad one: its requests are answered whatever the other does. */
final class Neighbour implements AutoCloseable {
  private final RawClient client;
  private int correlationId;

  Neighbour(RunningNetwork network) throws IOException {
    client = network.connect();
    isServed();
  }

  void isServed() throws IOException {
    correlationId++;
    client.sendFrame(KafkaFrames.apiVersions(correlationId));
    assertThat(client.readCorrelationId()).isEqualTo(correlationId);
  }

  /** Closes its connection early; closing twice does no harm. */
  void leave() throws IOException {
    client.close();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
