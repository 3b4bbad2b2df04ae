package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoker.protocol.generator.DefinitionParser;
import org.stoker.protocol.generator.MessageClassWriter;
import org.stoker.protocol.generator.MessageDefinition;

/** A definition that is wrong in one word must turn the oracle red; the right one must not. */
final class OracleCanFailTest {
  private static final String DEFINITION = "common/message/HeartbeatRequest.json";
  private static final short VERSION = 4;

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "type": "int32", "versions": "0+" | "type": "int64", "versions": "0+"
          "flexibleVersions": "4+"          | "flexibleVersions": "none"
          "versions": "3+",                   | "versions": "0-3",
          "name": "GroupId", "type": "string" | "name": "GroupId", "type": "bytes"
          """)
  void aDefinitionWithOneWrongWordIsFound(String right, String wrong) throws Exception {
    String json = definition();
    assertThat(json).contains(right);

    assertThat(disagreements(json.replace(right, wrong))).isPositive();
  }

  @Test
  void theSameWayWithTheTrueDefinitionAgrees() throws Exception {
    assertThat(disagreements(definition())).isZero();
  }

  private int disagreements(String json) throws Exception {
    MessageDefinition altered = DefinitionParser.parse("kafka-clients", json);
    try (URLClassLoader loader = compiled(altered)) {
      Class<?> ours = loader.loadClass("org.stoker.protocol.altered." + altered.name());
      MessageType type =
          new MessageType(
              altered,
              ours.asSubclass(Message.class),
              Class.forName("org.apache.kafka.common.message.HeartbeatRequestData"));
      RandomGenerator random = TestSeed.random(1, "OracleCanFailTest");
      var messages = new RandomMessages(random, altered, ours, VERSION, false);
      int found = 0;
      for (int i = 0; i < 20; i++) {
        found += disagrees(type, messages.next()) ? 1 : 0;
      }
      return found;
    }
  }

  private static boolean disagrees(MessageType type, Message message) {
    try {
      return Oracle.disagreement(type, message, VERSION) != null;
    } catch (RuntimeException kafkaCannotTakeIt) {
      return true;
    }
  }

  private URLClassLoader compiled(MessageDefinition definition) throws IOException {
    Path source = directory.resolve(definition.name() + ".java");
    Files.writeString(source, MessageClassWriter.write("org.stoker.protocol.altered", definition));
    int failures =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-classpath",
                System.getProperty("java.class.path"),
                "-proc:none",
                "-d",
                directory.toString(),
                source.toString());
    assertThat(failures).isZero();
    return new URLClassLoader(new URL[] {directory.toUri().toURL()});
  }

  private static String definition() throws IOException {
    try (InputStream in = ClassLoader.getSystemResourceAsStream(DEFINITION)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
