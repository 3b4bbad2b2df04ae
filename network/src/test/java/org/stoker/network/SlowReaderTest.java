package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.message.MetadataResponse;
import org.stoker.testkit.SimulatedClock;

/** A client that asks and never reads. */
final class SlowReaderTest {
  private static final int QUEUED_BYTES = 256 << 10;
  private static final int RESPONSE_BYTES = 30_000;
  private static final long WRITE_TIMEOUT_MS = 30_000;

  private final SimulatedClock clock = new SimulatedClock();
  private final AtomicLong dispatched = new AtomicLong();

  @Test
  void isNoLongerReadFromAndThenClosedAndTheRestNeverNotices()
      throws IOException, InterruptedException {
    long directBytes = DirectMemory.used();
    try (var network = RunningNetwork.with(config(), clock, this::answerAtLength)) {
      var neighbour = new Neighbour(network);
      RawClient client = network.connect(4_096);
      Thread writer = askForEver(client);
      RunningNetwork.await(
          "responses pile up", () -> network.metrics().responseBytesQueued.sum() >= QUEUED_BYTES);
      neighbour.isServed();

      long readSoFar = awaitStandstill(network);
      assertThat(network.metrics().responseBytesQueued.sum())
          .isLessThanOrEqualTo(QUEUED_BYTES + RESPONSE_BYTES);
      assertThat(network.network().requestBytesHeld()).isLessThan(100_000);
      assertThat(DirectMemory.used() - directBytes).isLessThan(8 << 20);
      assertThat(readSoFar).isPositive();

      clock.advanceMs(WRITE_TIMEOUT_MS / 2);
      neighbour.isServed();
      assertThat(network.metrics().connectionsTimedOut.sum()).isZero();
      // The round that sees the standstill for the first time starts the count.
      RunningNetwork.await(
          "the writer's connection is closed",
          () -> {
            clock.advanceMs(WRITE_TIMEOUT_MS / 2);
            return network.metrics().connectionsTimedOut.sum() == 1;
          });
      writer.join();
      RunningNetwork.await(
          "all memory is given back",
          () ->
              network.metrics().responseBytesQueued.sum() == 0
                  && network.network().requestBytesHeld() == 0);
    }
  }

  @Test
  void isServedOnWhenItReadsAgain() throws IOException {
    try (var network = RunningNetwork.with(config(), clock, this::answerAtLength)) {
      RawClient client = network.connect(4_096);
      // More than the sockets and the queue can hold together.
      int requests = 1_000;
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int id = 0; id < requests; id++) {
                    client.sendFrame(KafkaFrames.metadata(id));
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      RunningNetwork.await(
          "responses pile up", () -> network.metrics().responseBytesQueued.sum() >= QUEUED_BYTES);
      assertThat(dispatched.get()).isLessThan(requests);

      for (int id = 0; id < requests; id++) {
        assertThat(client.readCorrelationId()).isEqualTo(id);
      }
      assertThat(writer.isAlive() && network.metrics().connectionsTimedOut.sum() > 0).isFalse();
    }
  }

  private static NetworkConfig config() {
    RequestLimits defaults = RequestLimits.defaults();
    var requests =
        new RequestLimits(
            defaults.maxRequestBytes(),
            defaults.memoryBytes(),
            defaults.maxPipelinedRequests(),
            QUEUED_BYTES,
            WRITE_TIMEOUT_MS,
            WRITE_TIMEOUT_MS);
    return new NetworkConfig(
        2, new SocketConfig(50, 16 << 10, 16 << 10), requests, ConnectionLimits.defaults());
  }

  private void answerAtLength(Request request) {
    dispatched.incrementAndGet();
    if (request.body() instanceof org.stoker.protocol.message.MetadataRequest) {
      request.respond(new MetadataResponse().setClusterId("x".repeat(RESPONSE_BYTES - 100)));
    } else {
      request.respond(RunningNetwork.emptyResponse(request));
    }
  }

  /** Waits until nothing more is read although the client goes on; returns what was dispatched. */
  private long awaitStandstill(RunningNetwork network) {
    var seen = new AtomicLong(-1);
    var rounds = new AtomicLong();
    RunningNetwork.await(
        "reading stands still",
        () -> {
          long now = network.metrics().requests.sum();
          rounds.set(seen.getAndSet(now) == now ? rounds.get() + 1 : 0);
          return rounds.get() > 200;
        });
    return dispatched.get();
  }

  private static Thread askForEver(RawClient client) {
    ByteBuffer frame = KafkaFrames.metadata(1);
    return Thread.ofPlatform()
        .start(() -> {
          try {
            while (true) {
              client.sendFrame(frame);
            }
          } catch (IOException closed) {
            // What the test waits for.
          }
        });
  }
}
