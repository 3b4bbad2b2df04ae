package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** One connection that does not wait for its answers. */
final class PipelineTest {
  private static final short ACKS_ALL = -1;
  private static final short ACKS_NONE = 0;
  private static final byte[] RECORDS = new byte[100];

  private final HeldRequests held = new HeldRequests();

  @Test
  void sendsResponsesInRequestOrderAlthoughTheyWereAnsweredInReverse()
      throws IOException, InterruptedException {
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      List<RequestContext> requests = new ArrayList<>();
      for (int id = 0; id < 20; id++) {
        client.sendFrame(KafkaFrames.produce(id, ACKS_ALL, RECORDS));
        requests.add(held.take());
      }
      Collections.reverse(requests);
      for (RequestContext request : requests) {
        request.respond(RunningNetwork.emptyResponse(request));
      }

      for (int id = 0; id < 20; id++) {
        assertThat(client.readCorrelationId()).isEqualTo(id);
      }
    }
  }

  @Test
  void startsNothingBehindARequestThatDoesNotOverlap() throws IOException, InterruptedException {
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      RawClient other = network.connect();
      client.sendFrame(KafkaFrames.produce(1, ACKS_ALL, RECORDS));
      client.sendFrame(KafkaFrames.metadata(2));
      client.sendFrame(KafkaFrames.produce(3, ACKS_ALL, RECORDS));
      RequestContext first = held.take();
      RunningNetwork.await("all three have arrived", () -> network.metrics().requests.sum() == 3);
      assertThat(held.takeIfAny()).isNull();

      other.sendFrame(KafkaFrames.metadata(100));
      RequestContext ofOther = held.take();
      assertThat(ofOther.correlationId()).as("another connection does not wait").isEqualTo(100);
      ofOther.respond(RunningNetwork.emptyResponse(ofOther));

      first.respond(RunningNetwork.emptyResponse(first));
      RequestContext second = held.take();
      assertThat(second.correlationId()).isEqualTo(2);
      assertThat(held.takeIfAny()).isNull();
      second.respond(RunningNetwork.emptyResponse(second));
      RequestContext third = held.take();
      assertThat(third.correlationId()).isEqualTo(3);
      third.respond(RunningNetwork.emptyResponse(third));

      assertThat(client.readCorrelationId()).isEqualTo(1);
      assertThat(client.readCorrelationId()).isEqualTo(2);
      assertThat(client.readCorrelationId()).isEqualTo(3);
    }
  }

  @Test
  void sendsNothingForProduceWithoutAcks() throws IOException, InterruptedException {
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.produce(1, ACKS_NONE, RECORDS));
      client.sendFrame(KafkaFrames.produce(2, ACKS_ALL, RECORDS));
      RequestContext silent = held.take();
      RequestContext loud = held.take();
      loud.respond(RunningNetwork.emptyResponse(loud));
      silent.respondNothing();

      assertThat(client.readCorrelationId()).isEqualTo(2);
    }
  }

  @Test
  void takesNoMoreRequestsThanMayBePipelinedAndForgetsNone()
      throws IOException, InterruptedException {
    RequestLimits defaults = RequestLimits.defaults();
    var limits =
        new RequestLimits(
            defaults.maxRequestBytes(),
            defaults.memoryBytes(),
            3,
            defaults.maxQueuedResponseBytes(),
            defaults.readTimeoutMs(),
            defaults.writeTimeoutMs());
    try (var network = RunningNetwork.with(RunningNetwork.config(limits), held)) {
      var client = network.connect();
      for (int id = 0; id < 500; id++) {
        client.sendFrame(KafkaFrames.produce(id, ACKS_ALL, RECORDS));
      }
      for (int id = 0; id < 500; id++) {
        RequestContext request = held.take();
        assertThat(request.correlationId()).isEqualTo(id);
        assertThat(network.metrics().requests.sum()).isLessThanOrEqualTo(id + 3);
        request.respond(RunningNetwork.emptyResponse(request));
        assertThat(client.readCorrelationId()).isEqualTo(id);
      }
    }
  }

  @Test
  void understandsRequestsInWhateverPiecesTheyCome() throws IOException, InterruptedException {
    try (var network = RunningNetwork.with(RunningNetwork.ANSWERING)) {
      RawClient client = network.connect();
      var bytes = new java.io.ByteArrayOutputStream();
      for (int id = 0; id < 200; id++) {
        byte[] records = new byte[id * id % 9_000];
        byte[] frame = new byte[KafkaFrames.produce(id, ACKS_ALL, records).remaining()];
        KafkaFrames.produce(id, ACKS_ALL, records).get(frame);
        new java.io.DataOutputStream(bytes).writeInt(frame.length);
        bytes.write(frame);
      }
      byte[] all = bytes.toByteArray();
      var failure = new AtomicReference<IOException>();
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  int size = 1;
                  for (int from = 0; from < all.length; from += size) {
                    size = Math.min(1 + (size * 7 + 3) % 5_003, all.length - from);
                    client.send(java.util.Arrays.copyOfRange(all, from, from + size));
                  }
                } catch (IOException e) {
                  failure.set(e);
                }
              });
      for (int id = 0; id < 200; id++) {
        assertThat(client.readCorrelationId()).isEqualTo(id);
      }
      writer.join();
      assertThat(failure.get()).isNull();
    }
  }

  @Test
  void mayBeAnsweredFromAnyThread() throws IOException {
    RequestDispatcher elsewhere =
        request -> {
          var _ =
              Thread.ofVirtual()
                  .start(() -> request.respond(RunningNetwork.emptyResponse(request)));
        };
    try (var network = RunningNetwork.with(elsewhere)) {
      RawClient client = network.connect();
      for (int id = 0; id < 80; id++) {
        client.sendFrame(
            id % 10 == 9 ? KafkaFrames.metadata(id) : KafkaFrames.produce(id, ACKS_ALL, RECORDS));
      }
      for (int id = 0; id < 80; id++) {
        assertThat(client.readCorrelationId()).isEqualTo(id);
      }
    }
  }

  @Test
  void callsTheDispatcherOnTheEventLoop() throws IOException {
    var threads = new AtomicReference<String>("");
    RequestDispatcher noting =
        request -> {
          threads.set(Thread.currentThread().getName());
          request
              .eventLoop()
              .execute(() -> {
                threads.updateAndGet(
                    first -> first.equals(Thread.currentThread().getName()) ? first : "another");
                request.respond(RunningNetwork.emptyResponse(request));
              });
        };
    try (var network = RunningNetwork.with(noting)) {
      RawClient client = network.connect();
      assertThat(client.ask(KafkaFrames.metadata(1)).getInt(0)).isEqualTo(1);

      assertThat(threads.get()).startsWith("stoker-network");
    }
  }
}
