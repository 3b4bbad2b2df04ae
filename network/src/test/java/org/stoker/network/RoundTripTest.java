package org.stoker.network;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.access.Authorizer;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.message.MetadataRequest;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.records.MemoryRecordBytes;

/** A request from Kafka's own message classes to the dispatcher, and its response back to them. */
final class RoundTripTest {
  @ParameterizedTest
  @EnumSource(Transport.class)
  void handsTheDecodedRequestToTheDispatcherAndTheResponseToTheClient(Transport transport)
      throws IOException, InterruptedException {
    var held = new HeldRequests();
    try (var network = RunningNetwork.on(transport, held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.metadata(17));
      RequestContext request = held.take();

      assertThat(request.apiKey()).isEqualTo(ApiKey.METADATA);
      assertThat(request.version()).isEqualTo((short) 12);
      assertThat(request.correlationId()).isEqualTo(17);
      assertThat(request.clientId()).isEqualTo(KafkaFrames.CLIENT_ID);
      assertThat(request.body()).isInstanceOf(MetadataRequest.class);
      assertThat(request.clientAddress().isLoopbackAddress()).isTrue();
      assertThat(request.localAddress().getPort()).isEqualTo(network.port());
      assertThat(request.listenerName()).isEqualTo("PLAINTEXT");
      assertThat(request.principal()).hasToString("User:ANONYMOUS");
      assertThat(request.connectionId())
          .matches("127.0.0.1:" + network.port() + "-" + client.localEndpoint() + "-\\d+-0");
      assertThat(request.sizeInBytes()).isEqualTo(KafkaFrames.metadata(17).remaining());

      request.respond(
          new org.stoker.protocol.message.MetadataResponse().setClusterId("the-cluster"));
      ByteBuffer response = client.readFrame();
      assertThat(
              new ResponseHeaderData(new ByteBufferAccessor(response), (short) 1).correlationId())
          .isEqualTo(17);
      MetadataResponse metadata =
          MetadataResponse.parse(new ByteBufferAccessor(response), (short) 12);
      assertThat(metadata.clusterId()).isEqualTo("the-cluster");
      assertThat(response.hasRemaining()).isFalse();
    }
  }

  @Test
  void letsTheDispatcherSeeTheRecordsInTheFramesOwnMemory()
      throws IOException, InterruptedException {
    var held = new HeldRequests();
    byte[] sent = new byte[300_000];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = (byte) (i * 31 + i / 251);
    }
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.produce(1, (short) -1, sent));
      RequestContext request = held.take();

      ProduceRequest produce = (ProduceRequest) request.body();
      var records =
          (MemoryRecordBytes)
              requireNonNull(produce.topicData().getFirst().partitionData().getFirst().records());
      assertThat(records.buffer().isDirect()).isTrue();
      byte[] seen = new byte[records.sizeInBytes()];
      records.buffer().duplicate().get(seen);
      assertThat(seen).isEqualTo(sent);
      assertThat(network.network().requestBytesHeld()).isGreaterThan(sent.length);

      request.respond(RunningNetwork.emptyResponse(request));
      assertThat(client.readCorrelationId()).isEqualTo(1);
      RunningNetwork.await(
          "the memory is given back", () -> network.network().requestBytesHeld() == 0);
    }
  }

  @Test
  void answersAnApiVersionsVersionThatItDoesNotKnowAsKafkaDoes() throws IOException {
    short unknown = (short) (ApiKeys.API_VERSIONS.latestVersion() + 1);
    var header =
        new RequestHeaderData()
            .setRequestApiKey(ApiKeys.API_VERSIONS.id)
            .setRequestApiVersion(unknown)
            .setCorrelationId(5)
            .setClientId("from the future");
    try (var network = RunningNetwork.with(RunningNetwork.ANSWERING)) {
      RawClient client = network.connect();
      ByteBuffer response =
          client.ask(MessageUtil.toByteBufferAccessor(header, (short) 2).buffer());

      var kafkas =
          new ApiVersionsRequest.Builder()
              .build((short) 0)
              .getErrorResponse(0, new UnsupportedVersionException("too new"))
              .data();
      ByteBuffer body = MessageUtil.toByteBufferAccessor(kafkas, (short) 0).buffer();
      ByteBuffer expected = ByteBuffer.allocate(4 + body.remaining()).putInt(5).put(body).flip();
      assertThat(response).isEqualTo(expected);
      assertThat(client.ask(KafkaFrames.apiVersions(6)).getInt(0))
          .as("the connection goes on")
          .isEqualTo(6);
    }
  }

  @Test
  void refusesASecondAnswerToOneRequest() throws IOException, InterruptedException {
    var held = new HeldRequests();
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));
      RequestContext request = held.take();
      request.respond(RunningNetwork.emptyResponse(request));

      assertThatThrownBy(request::respondNothing).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> request.closeConnection("again"))
          .isInstanceOf(IllegalStateException.class);
      assertThat(client.readCorrelationId()).isEqualTo(1);
    }
  }

  @Test
  void closesTheConnectionWhenTheDispatcherFailsAndServesTheOthers() throws IOException {
    RequestDispatcher failing =
        request -> {
          if (request.apiKey() == ApiKey.METADATA) {
            throw new IllegalArgumentException("this failure is part of the test");
          }
          request.respond(RunningNetwork.emptyResponse(request));
        };
    try (var network = RunningNetwork.with(failing)) {
      var neighbour = new Neighbour(network);
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));

      assertThat(client.isClosedByPeer()).isTrue();
      neighbour.isServed();
      RunningNetwork.await(
          "the memory is given back", () -> network.network().requestBytesHeld() == 0);
    }
  }

  @Test
  void closesTheConnectionWhenARequestAsksForIt() throws IOException, InterruptedException {
    var held = new HeldRequests();
    try (var network = RunningNetwork.with(held)) {
      RawClient client = network.connect();
      client.sendFrame(KafkaFrames.metadata(1));
      client.sendFrame(KafkaFrames.metadata(2));
      held.take().closeConnection("it was asked for");

      assertThat(client.isClosedByPeer()).isTrue();
      assertThat(held.takeIfAny()).as("what was behind it is not started").isNull();
      RunningNetwork.await(
          "the memory is given back", () -> network.network().requestBytesHeld() == 0);
    }
  }

  @Test
  void takesAnAnswerAfterTheClientHasLeft() throws IOException, InterruptedException {
    var held = new HeldRequests();
    try (var network = RunningNetwork.with(held)) {
      RequestContext request;
      try (RawClient client = network.connect()) {
        client.sendFrame(KafkaFrames.produce(1, (short) 1, new byte[100_000]));
        request = held.take();
        client.reset();
      }
      RunningNetwork.await(
          "the connection is gone", () -> network.network().connectionCount() == 0);
      assertThat(network.network().requestBytesHeld())
          .as("whoever works on the request still reads its bytes")
          .isGreaterThan(100_000);

      request.respond(RunningNetwork.emptyResponse(request));
      RunningNetwork.await(
          "the memory is given back", () -> network.network().requestBytesHeld() == 0);
      assertThat(network.metrics().responseBytesQueued.sum()).isZero();
    }
  }

  @Test
  void servesSeveralListenersAtOnce() throws IOException {
    try (var network = RunningNetwork.with(RunningNetwork.ANSWERING)) {
      ApiVersionsTable onlyMetadata = (apiKey, _) -> apiKey == ApiKey.METADATA;
      Listener second =
          network
              .network()
              .listen(
                  ListenerConfig.plaintext("SECOND", "127.0.0.1", 0),
                  onlyMetadata,
                  RunningNetwork.ANSWERING,
                  Authorizer.ALLOWS_ALL);
      second.start();
      try (RawClient first = network.connect();
          RawClient other = RawClient.connect(second.port())) {
        assertThat(first.ask(KafkaFrames.apiVersions(1)).getInt(0)).isEqualTo(1);
        assertThat(other.ask(KafkaFrames.metadata(2)).getInt(0)).isEqualTo(2);
        assertThat(List.of(network.port(), second.port())).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void saysWhichListenerCannotBindATakenPort() throws IOException {
    try (var network = RunningNetwork.with(RunningNetwork.ANSWERING)) {
      assertThatThrownBy(() ->
              network
                  .network()
                  .listen(
                      ListenerConfig.plaintext("SECOND", "127.0.0.1", network.port()),
                      RunningNetwork.EVERYTHING,
                      RunningNetwork.ANSWERING,
                      Authorizer.ALLOWS_ALL))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("listener SECOND cannot bind 127.0.0.1:" + network.port());
    }
  }
}
