package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedClock;

/** Frames over all connections never take more memory than they were given. */
final class RequestMemoryTest {
  private static final int MEMORY_BYTES = 4 << 20;
  private static final int LARGE_MEMORY_BYTES = MEMORY_BYTES / 4 * 3;
  private static final short ACKS_ALL = -1;

  private final HeldRequests held = new HeldRequests();
  private final SimulatedClock clock = new SimulatedClock();
  private final List<RawClient> clients = new ArrayList<>();
  private RunningNetwork network;

  @BeforeEach
  void start() throws IOException {
    RequestLimits defaults = RequestLimits.defaults();
    var limits =
        new RequestLimits(
            defaults.maxRequestBytes(),
            MEMORY_BYTES,
            defaults.maxPipelinedRequests(),
            defaults.maxQueuedResponseBytes(),
            defaults.readTimeoutMs(),
            defaults.writeTimeoutMs());
    network = RunningNetwork.with(RunningNetwork.config(limits), clock, held);
  }

  @AfterEach
  void nothingIsHeldInTheEnd() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
    RunningNetwork.await("all are gone", () -> network.network().connectionCount() == 0);
    for (Request left = held.takeIfAny(); left != null; left = held.takeIfAny()) {
      left.respondNothing();
    }
    RunningNetwork.await(
        "all memory is given back", () -> network.network().requestBytesHeld() == 0);
    network.close();
  }

  @Test
  void readsTheNextLargeFrameWhenOneBeforeItIsAnswered() throws IOException, InterruptedException {
    ByteBuffer frame = KafkaFrames.produce(1, ACKS_ALL, new byte[1 << 20]);
    List<Thread> writers = new ArrayList<>();
    int senders = 8;
    for (int i = 0; i < senders; i++) {
      writers.add(sendInBackground(connect(), frame));
    }
    for (int answered = 0; answered < senders; answered++) {
      Request request = held.take();
      assertThat(network.network().requestBytesHeld()).isLessThanOrEqualTo(LARGE_MEMORY_BYTES);
      request.respond(RunningNetwork.emptyResponse(request));
    }

    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(network.metrics().waitsForMemory.sum()).isPositive();
  }

  @Test
  void readsAFrameLargerThanAllMemoryAlone() throws IOException, InterruptedException {
    RawClient before = connect();
    before.sendFrame(KafkaFrames.produce(1, ACKS_ALL, new byte[100_000]));
    Request small = held.take();
    RawClient huge = connect();
    Thread writer =
        sendInBackground(huge, KafkaFrames.produce(2, ACKS_ALL, new byte[2 * MEMORY_BYTES]));
    RunningNetwork.await("the huge one waits", () -> network.metrics().waitsForMemory.sum() == 1);
    assertThat(network.network().requestBytesHeld()).isLessThan(200_000);

    small.respond(RunningNetwork.emptyResponse(small));
    Request large = held.take();
    assertThat(large.correlationId()).isEqualTo(2);
    large.respond(RunningNetwork.emptyResponse(large));

    assertThat(huge.readCorrelationId()).isEqualTo(2);
    writer.join();
  }

  @Test
  void servesSmallRequestsWhileLargeOnesWait() throws IOException, InterruptedException {
    RawClient large = connect();
    large.sendInt(LARGE_MEMORY_BYTES);
    large.send(new byte[10_000]);
    RunningNetwork.await(
        "the large frame has its memory",
        () -> network.network().requestBytesHeld() == LARGE_MEMORY_BYTES);

    RawClient small = connect();
    small.sendFrame(KafkaFrames.produce(7, ACKS_ALL, new byte[10_000]));
    Request request = held.take();
    request.respond(RunningNetwork.emptyResponse(request));

    assertThat(small.readCorrelationId()).isEqualTo(7);
  }

  @Test
  void holdsNoMemoryForAFrameThatWasOnlyAnnounced() throws IOException {
    for (int i = 0; i < 50; i++) {
      connect().sendInt(100 << 20);
    }
    RunningNetwork.await("all lengths are here", () -> network.metrics().bytesIn.sum() == 200);

    assertThat(network.network().requestBytesHeld()).isZero();
  }

  @Test
  void endsAFrameThatStoppedWhileOthersWaitForItsMemory() throws IOException, InterruptedException {
    RawClient stopped = connect();
    stopped.sendInt(LARGE_MEMORY_BYTES);
    stopped.send(new byte[10_000]);
    RunningNetwork.await(
        "the frame has its memory",
        () ->
            network.network().requestBytesHeld() == LARGE_MEMORY_BYTES
                && network.metrics().bytesIn.sum() == 10_004);
    RawClient next = connect();
    Thread writer = sendInBackground(next, KafkaFrames.produce(3, ACKS_ALL, new byte[1 << 20]));
    RunningNetwork.await("the next one waits", () -> network.metrics().waitsForMemory.sum() == 1);
    clock.advanceMs(1_000);

    assertThat(stopped.isClosedByPeer()).isTrue();
    Request request = held.take();
    request.respond(RunningNetwork.emptyResponse(request));
    assertThat(next.readCorrelationId()).isEqualTo(3);
    writer.join();
  }

  @Test
  void givesUpItsPlaceInLineWhenTheClientLeaves() throws IOException, InterruptedException {
    RawClient first = connect();
    first.sendFrame(KafkaFrames.produce(1, ACKS_ALL, new byte[2 << 20]));
    Request held1 = held.take();
    RawClient leaver = connect();
    leaver.sendInt(2 << 20);
    leaver.send(new byte[10_000]);
    RunningNetwork.await("it waits", () -> network.metrics().waitsForMemory.sum() == 1);
    RawClient next = connect();
    Thread writer = sendInBackground(next, KafkaFrames.produce(2, ACKS_ALL, new byte[2 << 20]));
    RunningNetwork.await("both wait", () -> network.metrics().waitsForMemory.sum() == 2);

    leaver.reset();
    held1.respond(RunningNetwork.emptyResponse(held1));

    Request request = held.take();
    assertThat(request.correlationId()).isEqualTo(2);
    request.respond(RunningNetwork.emptyResponse(request));
    assertThat(next.readCorrelationId()).isEqualTo(2);
    writer.join();
  }

  private RawClient connect() throws IOException {
    RawClient client = network.connect();
    clients.add(client);
    return client;
  }

  private static Thread sendInBackground(RawClient client, ByteBuffer frame) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            client.sendFrame(frame);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }
}
