package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.MetadataRequest;

final class RequestFrameTest {
  private static final int CORRELATION_ID = 77;

  @ParameterizedTest
  @EnumSource(ApiKey.class)
  void kafkaReadsOurHeadersAndWeReadThemBack(ApiKey key) {
    for (short version = key.lowestVersion(); version <= key.highestVersion(); version++) {
      ByteBuffer frame = frame(key, version, key.newRequest());

      RequestHeader kafkas = RequestHeader.parse(frame.duplicate());
      assertThat(kafkas.apiKey().id).isEqualTo(key.id());
      assertThat(kafkas.apiVersion()).isEqualTo(version);
      assertThat(kafkas.correlationId()).isEqualTo(CORRELATION_ID);
      assertThat(kafkas.clientId()).isEqualTo("tester");
      RequestFrame parsed = RequestFrame.parse(frame);
      assertThat(parsed).isInstanceOf(RequestFrame.Request.class);
      RequestFrame.Request request = (RequestFrame.Request) parsed;
      assertThat(request.key()).isEqualTo(key);
      assertThat(request.version()).isEqualTo(version);
      assertThat(request.header().correlationId()).isEqualTo(CORRELATION_ID);
      assertThat(request.header().clientId()).isEqualTo("tester");
      assertThat(frame.remaining() - request.body().remaining()).isEqualTo(kafkas.size());
      assertThat(request.readBody()).isEqualTo(key.newRequest());
      assertThat(request.body().remaining()).isZero();
    }
  }

  @Test
  void aVersionOfApiVersionsFromTheFutureStillShowsItsCorrelationId() {
    ByteBuffer frame = frame(ApiKey.API_VERSIONS, (short) 3, new ApiVersionsRequest());
    frame.putShort(2, (short) 99);

    RequestFrame parsed = RequestFrame.parse(frame);

    assertThat(parsed).isInstanceOf(RequestFrame.UnknownVersion.class);
    RequestFrame.UnknownVersion unknown = (RequestFrame.UnknownVersion) parsed;
    assertThat(unknown.key()).isEqualTo(ApiKey.API_VERSIONS);
    assertThat(unknown.header().requestApiVersion()).isEqualTo((short) 99);
    assertThat(unknown.header().correlationId()).isEqualTo(CORRELATION_ID);
  }

  @Test
  void aVersionBelowTheLowestIsUnknown() {
    ByteBuffer frame = ByteBuffer.allocate(10);
    frame.putShort(ApiKey.PRODUCE.id()).putShort((short) 2).putInt(5).putShort((short) -1).flip();

    assertThat(RequestFrame.parse(frame)).isInstanceOf(RequestFrame.UnknownVersion.class);
  }

  @Test
  void aKeyThatNobodyHasIsAValueOfItsOwn() {
    ByteBuffer frame = ByteBuffer.allocate(4).putShort((short) 999).putShort((short) 1).flip();

    assertThat(RequestFrame.parse(frame))
        .isEqualTo(new RequestFrame.UnknownKey((short) 999, (short) 1));
  }

  @Test
  void aKeyThatWasRemovedIsAsGoodAsUnknown() {
    ByteBuffer frame =
        ByteBuffer.allocate(4).putShort(ApiKey.LEADER_AND_ISR.id()).putShort((short) 1).flip();

    assertThat(RequestFrame.parse(frame))
        .isEqualTo(new RequestFrame.UnknownKey(ApiKey.LEADER_AND_ISR.id(), (short) 1));
  }

  @Test
  void aFrameTooShortForItsHeaderIsMalformed() {
    ByteBuffer frame = frame(ApiKey.METADATA, (short) 12, new MetadataRequest());
    for (int size = 0; size < 8; size++) {
      ByteBuffer cut = frame.slice(0, size);

      assertThatThrownBy(() -> RequestFrame.parse(cut))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  private static ByteBuffer frame(ApiKey key, short version, Message request) {
    WireWriter out = new WireWriter(16);
    RequestFrame.write(out, key, version, CORRELATION_ID, "tester", request);
    ByteBuffer whole = out.toByteBuffer();
    assertThat(whole.getInt()).isEqualTo(whole.remaining());
    return whole.slice();
  }
}
