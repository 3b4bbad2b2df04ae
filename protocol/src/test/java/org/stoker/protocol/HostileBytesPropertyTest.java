package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Bytes from nobody knows where are read or refused exactly as by Kafka, at a bounded price. */
final class HostileBytesPropertyTest {
  private static final long SEED = TestSeed.choose("HostileBytesPropertyTest");
  private static final int INPUTS_PER_VERSION = 60;
  private static final int INPUT_SIZE = 100;

  // A hundred bytes may be a hundred smallest structs, each with its object and empty lists.
  private static final long MOST_ALLOCATED_BYTES = 32 * 1024;

  @SuppressWarnings("unused") // named by @FieldSource
  private static final List<MessageType> TYPES = MessageType.all();

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @FieldSource("TYPES")
  void randomBytesAreTakenOrRefusedAsByKafka(MessageType type) {
    for (short version = type.lowestVersion(); version <= type.highestVersion(); version++) {
      RandomGenerator random = TestSeed.random(SEED, type + " random " + version);
      for (int i = 0; i < INPUTS_PER_VERSION; i++) {
        assertSameVerdict(type, version, randomBytes(random));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void damagedMessagesAreTakenOrRefusedAsByKafka(MessageType type) {
    for (short version = type.lowestVersion(); version <= type.highestVersion(); version++) {
      RandomGenerator random = TestSeed.random(SEED, type + " damaged " + version);
      var messages = new RandomMessages(random, type.definition(), type.ours(), version, false);
      for (int i = 0; i < INPUTS_PER_VERSION; i++) {
        byte[] bytes = toArray(Oracle.bytes(messages.next(), version));
        assertSameVerdict(type, version, damaged(bytes, random));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void aHundredBytesNeverAllocateMoreThanTheirBound(MessageType type) {
    for (short version = type.lowestVersion(); version <= type.highestVersion(); version++) {
      RandomGenerator random = TestSeed.random(SEED, type + " allocation " + version);
      for (int i = 0; i < INPUTS_PER_VERSION; i++) {
        byte[] input = Arrays.copyOf(randomBytes(random), INPUT_SIZE);
        // The first time also loads classes.
        readOurs(type, version, input);
        long before = threads.getCurrentThreadAllocatedBytes();
        readOurs(type, version, input);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated)
            .as("%s version %s from %s", type, version, Arrays.toString(input))
            .isLessThan(MOST_ALLOCATED_BYTES);
      }
    }
  }

  private static void assertSameVerdict(MessageType type, short version, byte[] input) {
    String where = type + " version " + version + " from " + Arrays.toString(input);
    Message ours = readOurs(type, version, input);
    var theirs = readKafkas(type, version, input);
    assertThat(ours != null).as("we take " + where).isEqualTo(theirs != null);
    if (ours != null && theirs != null) {
      assertThat(writeOurs(ours, version))
          .as("written again: " + where)
          .isEqualTo(writeKafkas(theirs, version));
    }
  }

  /** Any other exception than that for malformed bytes fails the test. */
  private static @Nullable Message readOurs(MessageType type, short version, byte[] input) {
    try {
      Message message = type.newMessage();
      message.read(new WireReader(ByteBuffer.wrap(input)), version);
      return message;
    } catch (MalformedMessageException refused) {
      return null;
    }
  }

  private static org.apache.kafka.common.protocol.@Nullable Message readKafkas(
      MessageType type, short version, byte[] input) {
    try {
      return new KafkasWords(type.definition(), type.kafkas())
          .read(ByteBuffer.wrap(input), version);
    } catch (RuntimeException refused) {
      return null;
    }
  }

  /** Null where unknown tags came in an order that nobody may write. */
  private static @Nullable ByteBuffer writeOurs(Message message, short version) {
    try {
      return Oracle.bytes(message, version);
    } catch (IllegalStateException disorder) {
      return null;
    }
  }

  private static @Nullable ByteBuffer writeKafkas(
      org.apache.kafka.common.protocol.Message message, short version) {
    try {
      return KafkasWords.bytes(message, version);
    } catch (RuntimeException disorder) {
      return null;
    }
  }

  private static byte[] randomBytes(RandomGenerator random) {
    byte[] bytes = new byte[random.nextInt(INPUT_SIZE + 1)];
    switch (random.nextInt(4)) {
      case 0 -> random.nextBytes(bytes);
      // Small numbers make lengths that can be met, so that reading gets further.
      case 1 -> fill(bytes, random, 4);
      case 2 -> fill(bytes, random, 2);
      default -> Arrays.fill(bytes, new byte[] {0, 1, 2, 0x7f, (byte) 0xff}[random.nextInt(5)]);
    }
    return bytes;
  }

  private static void fill(byte[] bytes, RandomGenerator random, int bound) {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) random.nextInt(bound);
    }
  }

  private static byte[] damaged(byte[] bytes, RandomGenerator random) {
    byte[] result = bytes;
    for (int i = random.nextInt(1, 4); i > 0 && result.length > 0; i--) {
      int at = random.nextInt(result.length);
      switch (random.nextInt(4)) {
        case 0 -> result = Arrays.copyOf(result, at);
        case 1 -> result[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> result[at] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
        default -> result = withInserted(result, at, (byte) random.nextInt());
      }
    }
    return result;
  }

  private static byte[] withInserted(byte[] bytes, int at, byte inserted) {
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
    longer[at] = inserted;
    return longer;
  }

  private static byte[] toArray(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
