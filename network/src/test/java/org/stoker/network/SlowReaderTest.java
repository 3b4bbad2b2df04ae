package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.message.MetadataResponse;
import org.stoker.testkit.SimulatedClock;

/** A client that asks and never reads. */
final class SlowReaderTest {
  private static final int QUEUED_BYTES = 256 << 10;
  private static final int RESPONSE_BYTES = 30_000;
  private static final long WRITE_TIMEOUT_MS = 30_000;
  private static final long ONE_ALONE_MS = 600_000;
  private static final long WATCH_MS = 1_000;

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

  @Test
  void manyTogetherHoldLittleMoreThanTheBoundForAllAndMakeWayForOthers()
      throws IOException, InterruptedException {
    long boundBytes = 4L * QUEUED_BYTES;
    int clients = 20;
    List<Thread> writers = new ArrayList<>();
    try (var network =
        RunningNetwork.with(config(boundBytes, ONE_ALONE_MS), clock, this::answerAtLength)) {
      var neighbour = new Neighbour(network);
      for (int i = 0; i < clients; i++) {
        writers.add(askForEver(network.connect(4_096)));
      }
      RunningNetwork.await(
          "responses pile up", () -> network.metrics().responseBytesQueued.sum() >= boundBytes);
      awaitStandstill(network);
      assertThat(network.metrics().responseBytesQueued.sum())
          .isLessThanOrEqualTo(boundBytes + (long) clients * RESPONSE_BYTES);
      neighbour.isServed();

      long beganMs = clock.monotonicMs();
      advanceAgainAndAgain(network);
      RunningNetwork.await(
          "some are closed", () -> network.metrics().connectionsTimedOut.sum() > 0);
      assertThat(clock.monotonicMs() - beganMs)
          .as("long before the time that one alone has")
          .isLessThan(ONE_ALONE_MS);
      neighbour.isServed();
    }
    for (Thread writer : writers) {
      writer.join();
    }
  }

  @Test
  void whatAnAnswerHasClaimedIsHeldUntilItIsSent() throws IOException {
    RequestDispatcher large =
        request -> {
          assertThat(request.tryClaim(AnswerMemory.FREE_BYTES)).isTrue();
          assertThat(request.tryClaim(RunningNetwork.HEAP_BYTES)).isFalse();
          assertThat(request.tryClaim(1_000_000)).isTrue();
          request.respond(new MetadataResponse().setClusterId("x".repeat(30_000)));
        };
    try (var network = RunningNetwork.with(config(), clock, large)) {
      RawClient client = network.connect(4_096);
      for (int id = 0; id < 100; id++) {
        client.sendFrame(KafkaFrames.metadata(id));
      }
      RunningNetwork.await(
          "answers wait to be taken",
          () -> network.metrics().responseBytesQueued.sum() >= QUEUED_BYTES);
      assertThat(network.network().answerHeapHeld()).isGreaterThanOrEqualTo(1_000_000);

      for (int id = 0; id < 100; id++) {
        assertThat(client.readCorrelationId()).isEqualTo(id);
      }
      RunningNetwork.await(
          "all of it is given back", () -> network.network().answerHeapHeld() == 0);
    }
  }

  private static NetworkConfig config() {
    return config(RequestLimits.defaults().memoryBytes(), WRITE_TIMEOUT_MS);
  }

  /** As often as the network looks after its connections, on the same threads. */
  private void advanceAgainAndAgain(RunningNetwork network) {
    network
        .network()
        .timers()
        .after(
            WATCH_MS,
            () -> {
              clock.advanceMs(2_500);
              advanceAgainAndAgain(network);
            });
  }

  private static NetworkConfig config(long memoryBytes, long writeTimeoutMs) {
    RequestLimits defaults = RequestLimits.defaults();
    var requests =
        new RequestLimits(
            defaults.maxRequestBytes(),
            memoryBytes,
            defaults.maxPipelinedRequests(),
            QUEUED_BYTES,
            writeTimeoutMs,
            writeTimeoutMs);
    return new NetworkConfig(
        2, new SocketConfig(50, 16 << 10, 16 << 10), requests, ConnectionLimits.defaults());
  }

  private void answerAtLength(RequestContext request) {
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
