package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.BufferGrowth;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.WireWriter;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchRequest.FetchPartition;
import org.stoker.protocol.message.FetchRequest.FetchTopic;
import org.stoker.protocol.message.MetadataRequest;
import org.stoker.protocol.message.MetadataRequest.MetadataRequestTopic;

/** What requests take on the heap is counted, and large ones leave the event loop alone. */
final class RequestHeapTest {
  private final HeldRequests held = new HeldRequests();
  private RunningNetwork network;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    network = RunningNetwork.with(held);
    client = network.connect();
  }

  @AfterEach
  void allMemoryIsGivenBack() throws IOException {
    RunningNetwork.await(
        "all memory is given back",
        () ->
            network.network().requestBytesHeld() == 0 && network.network().requestHeapHeld() == 0);
    network.close();
  }

  private static ByteBuffer frame(ApiKey key, short version, Message request) {
    var out = new WireWriter(ByteBuffer.allocate(1_000), BufferGrowth.DOUBLING);
    RequestFrame.write(out, key, version, 7, "test", request);
    ByteBuffer whole = ByteBuffer.allocate(out.size());
    out.forEachPart(
        new WireWriter.PartVisitor() {
          @Override
          public void bytes(ByteBuffer part) {
            whole.put(part);
          }

          @Override
          public void records(org.stoker.records.RecordBytes part) {
            throw new AssertionError("no records");
          }
        });
    return whole.flip().position(4).slice();
  }

  private static ByteBuffer fetch(int partitionCount) {
    var topic =
        new FetchTopic()
            .setTopic("t")
            .setPartitions(Collections.nCopies(partitionCount, new FetchPartition()));
    return frame(ApiKey.FETCH, (short) 7, new FetchRequest().setTopics(List.of(topic)));
  }

  private static ByteBuffer metadata(int topicCount) {
    List<MetadataRequestTopic> topics = new ArrayList<>();
    for (int i = 0; i < topicCount; i++) {
      topics.add(new MetadataRequestTopic().setName("topic-" + i));
    }
    return frame(ApiKey.METADATA, (short) 9, new MetadataRequest().setTopics(topics));
  }

  @Test
  void aRequestOfMoreObjectsThanThereIsMemoryForIsRefused() throws IOException {
    client.sendFrame(fetch(1_000_000));

    assertThat(client.isClosedByPeer()).isTrue();
    assertThat(network.metrics().requestsRejected.sum()).isEqualTo(1);
    assertThat(held.takeIfAny()).isNull();
  }

  @Test
  void aLargeRequestIsHandledOnAWorkerAndCountedUntilItIsAnswered()
      throws IOException, InterruptedException {
    client.sendFrame(metadata(20_000));
    RequestContext large = held.take();
    RawClient other = network.connect();
    other.sendFrame(metadata(10));
    RequestContext small = held.take();

    assertThat(large.isOnWorker()).isTrue();
    assertThat(small.isOnWorker()).isFalse();
    assertThat(network.network().requestHeapHeld()).isGreaterThan(1_000_000);

    large.respond(RunningNetwork.emptyResponse(large));
    small.respond(RunningNetwork.emptyResponse(small));
    assertThat(client.readCorrelationId()).isEqualTo(7);
    assertThat(other.readCorrelationId()).isEqualTo(7);
  }

  @Test
  void aFetchThatWaitsDoesNotKeepItsFrame() throws IOException, InterruptedException {
    client.sendFrame(fetch(500));
    RequestContext waiting = held.take();

    assertThat(network.network().requestBytesHeld()).isZero();

    waiting.closeConnection("the test is over");
  }

  @Test
  void norDoesOneThatWasReadOnAWorker() throws IOException, InterruptedException {
    client.sendFrame(fetch(5_000));
    RequestContext waiting = held.take();
    assertThat(waiting.isOnWorker()).isTrue();

    RunningNetwork.await(
        "the frame is given back", () -> network.network().requestBytesHeld() == 0);

    waiting.closeConnection("the test is over");
  }
}
