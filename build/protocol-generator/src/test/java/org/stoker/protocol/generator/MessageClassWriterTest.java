package org.stoker.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class MessageClassWriterTest {
  @Test
  void aFieldOfSomeVersionsIsReadInThoseOnly() throws IOException {
    assertThat(source("{ 'name': 'Lag', 'type': 'int64', 'versions': '2+', 'default': '-1' }"))
        .contains(
            """
                if (version >= 2) {
                  this.lag = in.readInt64();
                } else {
                  this.lag = -1L;
                }
            """);
  }

  @Test
  void aFieldOfAllVersionsIsReadWithoutAsking() throws IOException {
    assertThat(source("{ 'name': 'Lag', 'type': 'int64', 'versions': '0+' }"))
        .contains("requireSupported(version);\n    boolean flexible = version >= 1;\n")
        .contains("    this.lag = in.readInt64();\n    this.unknownTaggedFields = null;");
  }

  @Test
  void whatAVersionWouldLoseIsRefusedUnlessIgnorable() throws IOException {
    String refuses = "throw UnsupportedVersionException.field(\"Holder\", \"lag\", version);";

    assertThat(source("{ 'name': 'Lag', 'type': 'int64', 'versions': '2+' }")).contains(refuses);
    assertThat(source("{ 'name': 'Lag', 'type': 'int64', 'versions': '2+', 'ignorable': true }"))
        .doesNotContain(refuses);
    assertThat(source("{ 'name': 'Lag', 'type': 'int64', 'versions': '0+' }"))
        .doesNotContain(refuses);
  }

  @Test
  void anArraysLengthIsCheckedBySmallestElement() throws IOException {
    assertThat(
            source(
                """
                { "name": "Hosts", "type": "[]Host", "versions": "0+", "fields": [
                  { "name": "Name", "type": "string", "versions": "0+" },
                  { "name": "Id", "type": "uuid", "versions": "2+" },
                  { "name": "Port", "type": "uint16", "versions": "0+" } ]}
                """))
        // Smallest from version 1: an empty name, the port, no tagged fields.
        .contains("int count = in.readArrayLength(\"hosts\", flexible, 4, 80);");
  }

  @Test
  void theAnnotationOfAnArrayOfBytesIsOnTheArray() throws IOException {
    assertThat(
            source(
                "{ 'name': 'Salt', 'type': 'bytes', 'versions': '0+', 'nullableVersions': '0+' }"))
        .contains("private byte @Nullable [] salt;");
  }

  @Test
  void theWordsOfADefinitionCannotEndTheirComment() throws IOException {
    assertThat(
            source("{ 'name': 'A', 'type': 'bool', 'versions': '0+', 'about': 'a */ b @c <d>' }"))
        .contains("/** a * / b {@literal @}c &lt;d&gt; (Versions 0+) */");
  }

  @Test
  void aStructThatWouldHideSomethingIsRefused() {
    assertThatThrownBy(() ->
            source(
                "{ 'name': 'L', 'type': '[]List', 'versions': '0+', 'fields': ["
                    + "{ 'name': 'A', 'type': 'bool', 'versions': '0+' } ] }"))
        .hasMessage("Holder: a struct cannot be called List");
  }

  private static String source(String field) throws IOException {
    String json =
        """
        { "type": "data", "name": "Holder", "validVersions": "0-3", "flexibleVersions": "1+",
          "fields": [ %s ] }
        """
            .formatted(field.replace('\'', '"'));
    return MessageClassWriter.write("org.example", DefinitionParser.parse("kafka-clients", json));
  }
}
