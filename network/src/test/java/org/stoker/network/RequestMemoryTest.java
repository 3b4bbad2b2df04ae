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
    for (RequestContext left = held.takeIfAny(); left != null; left = held.takeIfAny()) {
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
      RequestContext request = held.take();
      assertThat(network.network().requestBytesHeld())
          .as("one frame at a time may exceed the memory")
          .isLessThanOrEqualTo(LARGE_MEMORY_BYTES + frame.capacity());
      request.respond(RunningNetwork.emptyResponse(request));
    }

    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(network.metrics().waitsForMemory.sum()).isPositive();
  }

  @Test
  void aFrameLargerThanAllMemoryIsReadAlthoughOthersHoldSome()
      throws IOException, InterruptedException {
    RawClient before = connect();
    before.sendFrame(KafkaFrames.produce(1, ACKS_ALL, new byte[100_000]));
    RequestContext small = held.take();
    RawClient huge = connect();
    Thread writer =
        sendInBackground(huge, KafkaFrames.produce(2, ACKS_ALL, new byte[2 * MEMORY_BYTES]));

    RequestContext large = held.take();
    assertThat(large.correlationId()).isEqualTo(2);
    large.respond(RunningNetwork.emptyResponse(large));
    small.respond(RunningNetwork.emptyResponse(small));

    assertThat(huge.readCorrelationId()).isEqualTo(2);
    writer.join();
  }

  @Test
  void framesThatNeedEachOthersMemoryAreReadOneAfterTheOther()
      throws IOException, InterruptedException {
    int size = 2 * MEMORY_BYTES;
    ByteBuffer first = KafkaFrames.produce(1, ACKS_ALL, new byte[size]);
    ByteBuffer second = KafkaFrames.produce(2, ACKS_ALL, new byte[size]);
    RawClient one = connect();
    RawClient other = connect();
    sendBeginning(one, first, 1_500_000);
    sendBeginning(other, second, 700_000);
    RunningNetwork.await(
        "both have begun", () -> network.network().requestBytesHeld() == LARGE_MEMORY_BYTES);

    Thread firstWriter = sendRest(one, first);
    RequestContext won = held.take();
    Thread secondWriter = sendRest(other, second);
    RunningNetwork.await("the other waits", () -> network.metrics().waitsForMemory.sum() == 1);
    won.respond(RunningNetwork.emptyResponse(won));
    RequestContext next = held.take();
    next.respond(RunningNetwork.emptyResponse(next));

    assertThat(one.readCorrelationId()).isEqualTo(1);
    assertThat(other.readCorrelationId()).isEqualTo(2);
    firstWriter.join();
    secondWriter.join();
  }

  @Test
  void aFrameThatWaitsTooLongForMoreMemoryGivesUpWhatItHolds()
      throws IOException, InterruptedException {
    int size = 2 * MEMORY_BYTES;
    ByteBuffer first = KafkaFrames.produce(1, ACKS_ALL, new byte[size]);
    RawClient one = connect();
    RawClient other = connect();
    sendBeginning(one, first, 1_500_000);
    sendBeginning(other, KafkaFrames.produce(2, ACKS_ALL, new byte[size]), 700_000);
    RunningNetwork.await(
        "both have begun", () -> network.network().requestBytesHeld() == LARGE_MEMORY_BYTES);
    Thread writer = sendRest(one, first);
    RequestContext won = held.take();
    other.send(new byte[1 << 20]);
    RunningNetwork.await("the other waits", () -> network.metrics().waitsForMemory.sum() == 1);

    clock.advanceMs(2_000);

    assertThat(other.isClosedByPeer()).isTrue();
    RunningNetwork.await(
        "its memory is back", () -> network.network().requestBytesHeld() == won.sizeInBytes());
    won.respond(RunningNetwork.emptyResponse(won));
    writer.join();
  }

  @Test
  void framesThatStopHoldLittleAndOthersGoOn() throws IOException, InterruptedException {
    for (int i = 0; i < 10; i++) {
      RawClient stopped = connect();
      stopped.sendInt(100 << 20);
      stopped.send(new byte[9_000]);
    }
    RunningNetwork.await("all have begun", () -> network.metrics().bytesIn.sum() == 10 * 9_004);

    for (int i = 0; i < 5; i++) {
      RawClient bystander = connect();
      Thread writer =
          sendInBackground(bystander, KafkaFrames.produce(i, ACKS_ALL, new byte[1_000_000]));
      RequestContext request = held.take();
      request.respond(RunningNetwork.emptyResponse(request));
      assertThat(bystander.readCorrelationId()).isEqualTo(i);
      writer.join();
    }

    assertThat(network.metrics().waitsForMemory.sum()).isZero();
  }

  @Test
  void servesSmallRequestsWhileLargeOnesWait() throws IOException, InterruptedException {
    RequestContext before = holdAllLargeMemory();
    RawClient large = connect();
    large.sendInt(1 << 20);
    large.send(new byte[10_000]);
    RunningNetwork.await("the large one waits", () -> network.metrics().waitsForMemory.sum() == 1);

    RawClient small = connect();
    small.sendFrame(KafkaFrames.produce(7, ACKS_ALL, new byte[10_000]));
    RequestContext request = held.take();
    request.respond(RunningNetwork.emptyResponse(request));

    assertThat(small.readCorrelationId()).isEqualTo(7);
    before.respondNothing();
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
    stopped.send(new byte[LARGE_MEMORY_BYTES - 10_000]);
    RunningNetwork.await(
        "the frame has its memory",
        () ->
            network.network().requestBytesHeld() == LARGE_MEMORY_BYTES
                && network.metrics().bytesIn.sum() == LARGE_MEMORY_BYTES - 10_000 + 4);
    RawClient next = connect();
    Thread writer = sendInBackground(next, KafkaFrames.produce(3, ACKS_ALL, new byte[1 << 20]));
    RunningNetwork.await("the next one waits", () -> network.metrics().waitsForMemory.sum() == 1);
    clock.advanceMs(1_000);

    assertThat(stopped.isClosedByPeer()).isTrue();
    RequestContext request = held.take();
    request.respond(RunningNetwork.emptyResponse(request));
    assertThat(next.readCorrelationId()).isEqualTo(3);
    writer.join();
  }

  @Test
  void givesUpItsPlaceInLineWhenTheClientLeaves() throws IOException, InterruptedException {
    RequestContext held1 = holdAllLargeMemory();
    RawClient leaver = connect();
    leaver.sendInt(2 << 20);
    leaver.send(new byte[10_000]);
    RunningNetwork.await("it waits", () -> network.metrics().waitsForMemory.sum() == 1);
    RawClient next = connect();
    Thread writer = sendInBackground(next, KafkaFrames.produce(2, ACKS_ALL, new byte[2 << 20]));
    RunningNetwork.await("both wait", () -> network.metrics().waitsForMemory.sum() == 2);

    leaver.reset();
    held1.respond(RunningNetwork.emptyResponse(held1));

    RequestContext request = held.take();
    assertThat(request.correlationId()).isEqualTo(2);
    request.respond(RunningNetwork.emptyResponse(request));
    assertThat(next.readCorrelationId()).isEqualTo(2);
    writer.join();
  }

  /** So that not even the first place of another large frame is left. */
  private RequestContext holdAllLargeMemory() throws IOException, InterruptedException {
    ByteBuffer frame = KafkaFrames.produce(1, ACKS_ALL, new byte[LARGE_MEMORY_BYTES - 1_000]);
    Thread writer = sendInBackground(connect(), frame);
    RequestContext request = held.take();
    writer.join();
    return request;
  }

  private static void sendBeginning(RawClient client, ByteBuffer frame, int count)
      throws IOException {
    byte[] beginning = new byte[count];
    client.sendInt(frame.remaining());
    frame.get(beginning);
    client.send(beginning);
  }

  private static Thread sendRest(RawClient client, ByteBuffer frame) {
    byte[] rest = new byte[frame.remaining()];
    frame.get(rest);
    return Thread.ofPlatform()
        .start(() -> {
          try {
            client.send(rest);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
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
