package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

/**
 * Frames of a stranger, and records of a damaged log, end in a value or in the one exception for
 * it.
 */
final class HostileFramesPropertyTest {
  private static final long SEED = TestSeed.choose("HostileFramesPropertyTest");
  private static final int INPUTS = 50_000;

  private final RandomGenerator random = TestSeed.random(SEED, "frames");

  @Test
  void aHeaderIsUnderstoodExactlyWhereKafkaUnderstandsIt() {
    int understood = 0;
    for (int i = 0; i < INPUTS; i++) {
      ByteBuffer frame = frame();
      boolean ours = weUnderstand(frame);

      assertThat(ours).as("seed %s, input %s", SEED, i).isEqualTo(kafkaUnderstands(frame));
      understood += ours ? 1 : 0;
    }

    // The inputs would prove little if all of them were refused.
    assertThat(understood).isBetween(INPUTS / 20, INPUTS - INPUTS / 20);
  }

  private static boolean weUnderstand(ByteBuffer frame) {
    try {
      return switch (RequestFrame.parse(frame)) {
        case RequestFrame.Request request -> {
          readBody(request);
          yield true;
        }
        case RequestFrame.UnknownVersion _ -> true;
        case RequestFrame.UnknownKey _ -> false;
      };
    } catch (MalformedMessageException refused) {
      return false;
    }
  }

  private static void readBody(RequestFrame.Request request) {
    try {
      request.readBody();
    } catch (MalformedMessageException refused) {
      assertThat(refused.getStackTrace()).isEmpty();
    }
  }

  private static boolean kafkaUnderstands(ByteBuffer frame) {
    try {
      RequestHeader.parse(frame.duplicate());
      return true;
    } catch (RuntimeException refused) {
      return false;
    }
  }

  @Test
  void metadataRecordsAreReadOrRefused() {
    for (int i = 0; i < INPUTS; i++) {
      ByteBuffer bytes = record();
      try {
        MetadataRecordCodec.read(bytes);
      } catch (MalformedMessageException | UnsupportedVersionException refused) {
        assertThat(refused).hasMessageMatching(".+");
      }
    }
  }

  @Test
  void coordinatorRecordsAreReadOrRefused() {
    for (int i = 0; i < INPUTS; i++) {
      ByteBuffer key = prefixed(24);
      ByteBuffer value = random.nextInt(4) == 0 ? null : prefixed(5);
      for (CoordinatorRecordCodec codec :
          new CoordinatorRecordCodec[] {
            CoordinatorRecordCodec.GROUP,
            CoordinatorRecordCodec.TRANSACTION,
            CoordinatorRecordCodec.SHARE
          }) {
        try {
          assertThat(codec.decode(key, value)).isNotNull();
        } catch (MalformedMessageException refused) {
          assertThat(refused).hasMessageMatching(".+");
        }
      }
    }
  }

  /** Mostly a key and version that exist, followed by anything. */
  private ByteBuffer frame() {
    ByteBuffer frame = ByteBuffer.allocate(random.nextInt(60));
    fill(frame, 0);
    if (frame.capacity() >= 4 && random.nextInt(8) != 0) {
      frame.putShort(0, (short) random.nextInt(-1, 97)).putShort(2, (short) random.nextInt(-1, 20));
    }
    if (frame.capacity() >= 10 && random.nextBoolean()) {
      frame.putShort(8, (short) random.nextInt(-1, 4));
    }
    return frame;
  }

  private ByteBuffer record() {
    ByteBuffer bytes = ByteBuffer.allocate(3 + random.nextInt(40));
    bytes.put((byte) 1).put((byte) random.nextInt(30)).put((byte) random.nextInt(4));
    return fill(bytes, bytes.position());
  }

  private ByteBuffer prefixed(int bound) {
    ByteBuffer bytes = ByteBuffer.allocate(2 + random.nextInt(40));
    bytes.putShort((short) random.nextInt(-1, bound));
    return fill(bytes, bytes.position());
  }

  private ByteBuffer fill(ByteBuffer bytes, int from) {
    int bound = random.nextBoolean() ? 256 : 3;
    for (int i = from; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) random.nextInt(bound));
    }
    return bytes.rewind();
  }
}
