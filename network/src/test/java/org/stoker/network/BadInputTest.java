package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.base.SystemSeed;
import org.stoker.protocol.ApiKey;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/** What strangers send: it closes their connection, and a neighbour never notices. */
final class BadInputTest {
  private static final long READ_TIMEOUT_MS = 30_000;

  private final SimulatedClock clock = new SimulatedClock();
  private RunningNetwork network;
  private Neighbour neighbour;
  private RawClient stranger;

  @BeforeEach
  void start() throws IOException {
    network = RunningNetwork.with(NetworkConfig.defaults(), clock, RunningNetwork.ANSWERING);
    neighbour = new Neighbour(network);
    stranger = network.connect();
  }

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    neighbour.isServed();
    stranger.close();
    RunningNetwork.await(
        "only the neighbour is left", () -> network.network().connectionCount() == 1);
    RunningNetwork.await(
        "all memory is given back",
        () ->
            network.network().requestBytesHeld() == 0
                && network.metrics().responseBytesQueued.sum() == 0);
    neighbour.close();
    network.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, (100 << 20) + 1})
  void closesOnALengthThatNoRequestHas(int length) throws IOException {
    long directBytes = DirectMemory.used();
    stranger.sendInt(length);

    assertThat(stranger.isClosedByPeer()).isTrue();
    assertThat(DirectMemory.used() - directBytes).isLessThan(8 << 20);
    assertThat(network.metrics().requestsRejected.sum()).isEqualTo(1);
  }

  @Test
  void closesOnHttp() throws IOException {
    stranger.send(
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));

    assertThat(stranger.isClosedByPeer()).isTrue();
  }

  @Test
  void closesOnAnUnknownApiKey() throws IOException {
    stranger.sendFrame(header((short) 32_000, (short) 0));

    assertThat(stranger.isClosedByPeer()).isTrue();
  }

  @Test
  void closesOnANegativeApiKey() throws IOException {
    stranger.sendFrame(header((short) -1, (short) 0));

    assertThat(stranger.isClosedByPeer()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(shorts = {-1, 0, 99, Short.MAX_VALUE})
  void closesOnAVersionThatIsNotServed(short version) throws IOException {
    stranger.sendFrame(header(ApiKey.FETCH.id(), version));

    assertThat(stranger.isClosedByPeer()).isTrue();
  }

  @Test
  void closesOnAnApiThatWasRemovedFromTheProtocol() throws IOException {
    stranger.sendFrame(header(ApiKey.LEADER_AND_ISR.id(), (short) 0));

    assertThat(stranger.isClosedByPeer()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void closesOnAFrameTooShortForAHeader(int size) throws IOException {
    stranger.sendFrame(ByteBuffer.allocate(size));

    assertThat(stranger.isClosedByPeer()).isTrue();
  }

  @Test
  void closesOnABodyThatIsCutOff() throws IOException {
    ByteBuffer whole = KafkaFrames.produce(1, (short) 1, new byte[1_000]);
    for (int size = 8; size < 60; size += 3) {
      try (RawClient another = network.connect()) {
        another.sendFrame(whole.duplicate().limit(size));
        assertThat(another.isClosedByPeer()).as("cut to %d bytes", size).isTrue();
      }
    }
  }

  @Test
  void closesOnRandomBytes() throws IOException {
    long first = new SystemSeed().nextLong();
    for (long seed = first; seed < first + 50; seed++) {
      var random = new SplitMixSeed(seed);
      byte[] bytes = new byte[5_000];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) random.nextLong();
      }
      // As a length that can be, so that the bytes behind it are looked at.
      ByteBuffer.wrap(bytes).putInt(0, bytes.length - 4);
      try (RawClient another = network.connect()) {
        another.send(bytes);
        assertThat(another.isClosedByPeer()).as("seed %d", seed).isTrue();
      }
      neighbour.isServed();
    }
  }

  @Test
  void answersWhatCameBeforeTheBadBytes() throws IOException {
    stranger.sendFrame(KafkaFrames.metadata(1));
    stranger.sendFrame(KafkaFrames.metadata(2));
    assertThat(stranger.readCorrelationId()).isEqualTo(1);
    assertThat(stranger.readCorrelationId()).isEqualTo(2);
    stranger.sendFrame(header((short) 32_000, (short) 0));

    assertThat(stranger.isClosedByPeer()).isTrue();
  }

  @Test
  void closesWhenTheClientLeavesInTheMiddleOfAFrame() throws IOException {
    stranger.sendInt(1_000_000);
    stranger.send(new byte[500_000]);
    RunningNetwork.await(
        "the frame has its memory", () -> network.network().requestBytesHeld() == 1_000_000);
    neighbour.isServed();
    stranger.reset();

    RunningNetwork.await(
        "the memory is given back", () -> network.network().requestBytesHeld() == 0);
  }

  @Test
  void timesOutHalfAFrame() throws IOException {
    stranger.sendInt(1_000_000);
    stranger.send(new byte[500_000]);
    RunningNetwork.await("half a frame is here", () -> network.metrics().bytesIn.sum() > 500_000);
    clock.advanceMs(READ_TIMEOUT_MS - 1);
    neighbour.isServed();
    assertThat(network.metrics().connectionsTimedOut.sum()).isZero();
    clock.advanceMs(1);

    assertThat(stranger.isClosedByPeer()).isTrue();
    assertThat(network.metrics().connectionsTimedOut.sum()).isEqualTo(1);
  }

  @Test
  void timesOutHalfALength() throws IOException {
    sendAndAwait(2);
    clock.advanceMs(READ_TIMEOUT_MS);

    assertThat(stranger.isClosedByPeer()).isTrue();
  }

  @Test
  void timesOutAFrameThatDripsByteByByte() throws IOException {
    sendIntAndAwait(100);
    for (int drop = 0; drop < 2; drop++) {
      assertThat(network.metrics().connectionsTimedOut.sum()).isZero();
      sendAndAwait(1);
      clock.advanceMs(READ_TIMEOUT_MS / 2);
    }

    assertThat(stranger.isClosedByPeer()).isTrue();
    assertThat(network.metrics().connectionsTimedOut.sum()).isEqualTo(1);
  }

  @Test
  void aDripDoesNotBuyTimeWithTheSizeItAnnounces() throws IOException {
    sendIntAndAwait(50_000_000);
    sendAndAwait(9_000);
    for (int drop = 0; drop < 2; drop++) {
      assertThat(network.metrics().connectionsTimedOut.sum()).isZero();
      clock.advanceMs(READ_TIMEOUT_MS / 2);
      sendAndAwait(1);
    }
    clock.advanceMs(READ_TIMEOUT_MS / 2);

    assertThat(stranger.isClosedByPeer()).isTrue();
    assertThat(network.metrics().connectionsTimedOut.sum()).isEqualTo(1);
  }

  private void sendAndAwait(int byteCount) throws IOException {
    long before = network.metrics().bytesIn.sum();
    stranger.send(new byte[byteCount]);
    RunningNetwork.await(
        "the bytes are here", () -> network.metrics().bytesIn.sum() >= before + byteCount);
  }

  private void sendIntAndAwait(int value) throws IOException {
    long before = network.metrics().bytesIn.sum();
    stranger.sendInt(value);
    RunningNetwork.await("it is here", () -> network.metrics().bytesIn.sum() >= before + 4);
  }

  private static ByteBuffer header(short apiKey, short version) {
    return ByteBuffer.allocate(10)
        .putShort(apiKey)
        .putShort(version)
        .putInt(7)
        .putShort((short) -1)
        .flip();
  }
}
