package org.stoker.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.junit.jupiter.api.Test;
import org.stoker.access.Authorizer;
import org.stoker.access.Principal;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.AllocateProducerIdsRequest;
import org.stoker.protocol.message.DeleteTopicsRequest;
import org.stoker.protocol.message.DeleteTopicsResponse;
import org.stoker.protocol.message.EnvelopeRequest;
import org.stoker.protocol.message.EnvelopeResponse;
import org.stoker.protocol.message.HeartbeatRequest;

/** Requests that one broker hands to another. */
final class EnvelopeTest {
  private static final short VERSION = 6;

  private final AtomicReference<RequestContext> served = new AtomicReference<>();
  private final Handler<Message> keeping =
      (_, context) -> {
        served.set(context);
        context.respond(new DeleteTopicsResponse().setThrottleTimeMs(7));
      };
  private final Dispatcher dispatcher = dispatcher();

  private Dispatcher dispatcher() {
    Map<ApiKey, Handler<?>> handlers = new EnumMap<>(ApiKey.class);
    handlers.put(ApiKey.DELETE_TOPICS, keeping);
    handlers.put(ApiKey.HEARTBEAT, keeping);
    handlers.put(ApiKey.ALLOCATE_PRODUCER_IDS, keeping);
    ServedApis apis = new ServedApis(EnumSet.copyOf(handlers.keySet()));
    handlers.put(
        ApiKey.ENVELOPE,
        new EnvelopeHandler(Set.of(ApiKey.DELETE_TOPICS), new Dispatcher(handlers, apis)));
    return new Dispatcher(handlers, apis);
  }

  private static AskedRequest deletion() {
    return new AskedRequest(
        ApiKey.DELETE_TOPICS,
        VERSION,
        new DeleteTopicsRequest()
            .setTopics(List.of(new DeleteTopicsRequest.DeleteTopicState().setName("orders"))));
  }

  private static EnvelopeRequest envelope(ApiKey key, short version, Message body) {
    return Envelope.of(new AskedRequest(key, version, body));
  }

  private EnvelopeResponse ask(EnvelopeRequest envelope) {
    var request = new AskedRequest(ApiKey.ENVELOPE, (short) 0, envelope);
    dispatcher.dispatch(request);
    return request.answer(EnvelopeResponse.class);
  }

  @Test
  void aForwardedRequestIsServedAsItsClientsAndItsAnswerComesBack() throws Exception {
    AskedRequest sent = deletion();

    EnvelopeResponse answer = ask(Envelope.of(sent));

    RequestContext taken = served.get();
    assertThat(taken.isForwarded()).isTrue();
    assertThat(taken.principal()).isEqualTo(sent.principal());
    assertThat(taken.clientAddress()).isEqualTo(InetAddress.getLoopbackAddress());
    assertThat(taken.body()).isEqualTo(sent.body());
    assertThat(Envelope.read(answer, ApiKey.DELETE_TOPICS, VERSION))
        .isEqualTo(new DeleteTopicsResponse().setThrottleTimeMs(7));
  }

  @Test
  void principalsAreWrittenAsKafkasDefaultBuilderWritesThem() {
    byte[] bytes = Envelope.of(deletion()).requestPrincipal();
    var builder = new DefaultKafkaPrincipalBuilder(null, null);

    assertThat(bytes).isEqualTo(builder.serialize(KafkaPrincipal.ANONYMOUS));
    var alice = new EnvelopeRequest();
    alice.setRequestPrincipal(builder.serialize(new KafkaPrincipal("User", "alice")));
    assertThat(Envelope.principalOf(alice)).isEqualTo(new Principal(Principal.USER, "alice"));
  }

  @Test
  void whatEveryBrokerServesItselfIsNotTakenFromAnEnvelope() {
    EnvelopeRequest heartbeat = envelope(ApiKey.HEARTBEAT, (short) 4, new HeartbeatRequest());
    EnvelopeRequest nested = envelope(ApiKey.ENVELOPE, (short) 0, Envelope.of(deletion()));

    for (EnvelopeRequest refused : List.of(heartbeat, nested)) {
      assertThat(ask(refused).errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
    }
    assertThat(served.get()).isNull();
    assertThatThrownBy(() -> Envelope.read(ask(heartbeat), ApiKey.HEARTBEAT, (short) 4))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("INVALID_REQUEST");
  }

  @Test
  void anEnvelopeWithoutAReadablePrincipalIsRefused() {
    EnvelopeRequest envelope = Envelope.of(deletion());

    for (byte[] bytes : List.of(new byte[0], new byte[] {0, 9, 1}, new byte[] {0, 0, 100})) {
      assertThat(ask(envelope.setRequestPrincipal(bytes)).errorCode())
          .isEqualTo(ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE.code());
    }
    assertThat(ask(envelope.setRequestPrincipal(null)).errorCode())
        .isEqualTo(ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE.code());
    assertThat(served.get()).isNull();
  }

  @Test
  void bytesThatAreNoRequestAreRefused() {
    EnvelopeRequest envelope = Envelope.of(deletion());
    envelope.setRequestData(ByteBuffer.wrap(new byte[] {0, 127, 0, 0, 0, 0, 0, 0, 0, 0}));

    assertThat(ask(envelope).errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
  }

  @Test
  void requestsBetweenBrokersAreServedToThoseWhoMayActForTheClusterAlone() {
    Authorizer allowsNone = (_, _, _, _) -> false;
    for (var request :
        List.of(
            new AskedRequest(
                ApiKey.ALLOCATE_PRODUCER_IDS,
                (short) 0,
                new AllocateProducerIdsRequest(),
                allowsNone),
            new AskedRequest(ApiKey.ENVELOPE, (short) 0, Envelope.of(deletion()), allowsNone))) {
      dispatcher.dispatch(request);

      assertThat(request.isClosed()).isTrue();
    }
    assertThat(served.get()).isNull();
  }

  @Test
  void requestsBetweenBrokersAreServedOnTheirListenerAlone() {
    ServedApis apis = dispatcher.served();

    assertThat(apis.on(true).isSupported(ApiKey.ALLOCATE_PRODUCER_IDS, (short) 0)).isTrue();
    assertThat(apis.on(false).isSupported(ApiKey.ALLOCATE_PRODUCER_IDS, (short) 0)).isFalse();
    assertThat(apis.on(false).isSupported(ApiKey.DELETE_TOPICS, VERSION)).isTrue();
  }
}
