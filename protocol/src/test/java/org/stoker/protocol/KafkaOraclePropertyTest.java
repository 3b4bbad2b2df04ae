package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.stoker.protocol.generator.FieldDefinition;
import org.stoker.protocol.generator.FieldType.Scalar;

/** Every type in every version says the same bytes as Kafka's own class, and understands them. */
final class KafkaOraclePropertyTest {
  private static final long SEED = TestSeed.choose("KafkaOraclePropertyTest");
  private static final int MESSAGES_PER_VERSION = 25;

  @SuppressWarnings("unused") // named by @FieldSource
  private static final List<MessageType> TYPES = MessageType.all();

  @Test
  void everyDefinitionOfTheSixJarsIsThere() {
    // 285 definitions, less the four removed APIs' requests and responses.
    assertThat(TYPES).hasSize(277);
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void bytesAreKafkasBothWays(MessageType type) {
    for (short version = type.lowestVersion(); version <= type.highestVersion(); version++) {
      RandomGenerator random = TestSeed.random(SEED, type + " " + version);
      var messages = new RandomMessages(random, type.definition(), type.ours(), version, false);
      for (int i = 0; i < MESSAGES_PER_VERSION; i++) {
        assertThat(Oracle.disagreement(type, messages.next(), version)).isNull();
      }
    }
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void defaultsAreKafkas(MessageType type) {
    for (short version = type.lowestVersion(); version <= type.highestVersion(); version++) {
      var theirs = (org.apache.kafka.common.protocol.Message) Reflection.create(type.kafkas());

      assertThat(Oracle.bytes(type.newMessage(), version))
          .isEqualTo(KafkasWords.bytes(theirs, version));
    }
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void ignorableFieldsAreDroppedAsKafkaDropsThem(MessageType type) {
    for (short version = type.lowestVersion(); version <= type.highestVersion(); version++) {
      RandomGenerator random = TestSeed.random(SEED, type + " ignorable " + version);
      var messages = new RandomMessages(random, type.definition(), type.ours(), version, true);
      Message ours = messages.next();
      var theirs = new KafkasWords(type.definition(), type.kafkas()).translate(ours);

      assertThat(Oracle.bytes(ours, version)).isEqualTo(KafkasWords.bytes(theirs, version));
      assertThat(ours.size(version)).isEqualTo(Oracle.bytes(ours, version).remaining());
    }
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void aFieldThatAVersionCannotCarryIsRefusedAsKafkaRefusesIt(MessageType type) {
    for (FieldDefinition field : type.definition().body().fields()) {
      Object notDefault = somethingElse(field);
      for (short version = type.lowestVersion(); version <= type.highestVersion(); version++) {
        if (!field.versions().contains(version) && notDefault != null) {
          Message ours = type.newMessage();
          Reflection.set(ours, field.setterName(), notDefault);
          refusedOrNot(type, ours, version, field.ignorable());
        }
      }
    }
  }

  private static void refusedOrNot(
      MessageType type, Message ours, short version, boolean ignorable) {
    var theirs = new KafkasWords(type.definition(), type.kafkas()).translate(ours);
    if (ignorable) {
      assertThat(Oracle.bytes(ours, version)).isEqualTo(KafkasWords.bytes(theirs, version));
    } else {
      assertThatThrownBy(() -> Oracle.bytes(ours, version))
          .isInstanceOf(UnsupportedVersionException.class);
      assertThatThrownBy(() -> KafkasWords.bytes(theirs, version))
          .isInstanceOf(org.apache.kafka.common.errors.UnsupportedVersionException.class);
    }
  }

  private static @Nullable Object somethingElse(FieldDefinition field) {
    return field.type() instanceof Scalar scalar
        ? switch (scalar) {
          case BOOL -> !field.defaultText().equalsIgnoreCase("true");
          case INT8 -> (byte) 77;
          case INT16 -> (short) 77;
          case UINT16, INT32 -> 77;
          case UINT32, INT64 -> 77L;
          case STRING -> "other";
          case FLOAT64, UUID, BYTES, RECORDS -> null;
        }
        : null;
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void versionsOutsideTheRangeAreRefused(MessageType type) {
    List<Short> outside = new ArrayList<>();
    outside.add((short) (type.lowestVersion() - 1));
    outside.add((short) (type.highestVersion() + 1));
    for (short version : outside) {
      Message message = type.newMessage();
      WireReader in = new WireReader(ByteBuffer.allocate(1_000));

      assertThatThrownBy(() -> message.read(in, version))
          .isInstanceOf(UnsupportedVersionException.class);
      assertThatThrownBy(() -> message.write(new WireWriter(16), version))
          .isInstanceOf(UnsupportedVersionException.class);
      assertThatThrownBy(() -> message.size(version))
          .isInstanceOf(UnsupportedVersionException.class);
    }
  }
}
