package org.stoker.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.generator.FieldType.ArrayOf;
import org.stoker.protocol.generator.FieldType.Scalar;
import org.stoker.protocol.generator.FieldType.StructOf;
import org.stoker.protocol.generator.MessageDefinition.Kind;

final class DefinitionParserTest {
  @Test
  void readsAMessageWithItsStructs() throws IOException {
    MessageDefinition message =
        parse(
            """
            // A comment.
            { "apiKey": 3, "type": "request", "name": "PingRequest", "listeners": ["broker"],
              "validVersions": "2-5", "flexibleVersions": "4+", "latestVersionUnstable": true,
              "fields": [
                // Another one.
                { "name": "Hosts", "type": "[]Host", "versions": "0+", "nullableVersions": "3+",
                  "default": "null", "ignorable": true, "fields": [
                    { "name": "Name", "type": "string", "versions": "0-4", "mapKey": true } ]},
                { "name": "Payload", "type": "bytes", "versions": "0+", "zeroCopy": true },
                { "name": "Origin", "type": "Common", "versions": "4+",
                  "taggedVersions": "4+", "tag": 0 } ],
              "commonStructs": [
                { "name": "Common", "versions": "3+", "fields": [
                  { "name": "Port", "type": "uint16", "versions": "3+" } ]} ]}
            """);

    assertThat(message.name()).isEqualTo("PingRequest");
    assertThat(message.kind()).isEqualTo(Kind.REQUEST);
    assertThat(message.apiKey()).isEqualTo(3);
    assertThat(message.listeners()).containsExactly("broker");
    assertThat(message.latestVersionUnstable()).isTrue();
    assertThat(message.struct("Host").versions()).hasToString("2-5");
    assertThat(message.struct("Common").versions()).hasToString("3-5");
    FieldDefinition hosts = message.body().fields().get(0);
    assertThat(hosts.type()).isEqualTo(new ArrayOf(new StructOf("Host")));
    assertThat(hosts.javaName()).isEqualTo("hosts");
    assertThat(hosts.setterName()).isEqualTo("setHosts");
    assertThat(hosts.defaultsToNull()).isTrue();
    assertThat(hosts.ignorable()).isTrue();
    assertThat(message.body().fields().get(1).isBuffer()).isTrue();
    assertThat(message.body().fields().get(2).mandatoryVersions()).isEqualTo(Versions.NONE);
    assertThat(message.struct("Common").fields().getFirst().type()).isEqualTo(Scalar.UINT16);
  }

  @Test
  void aMessageWithoutVersionsIsDead() throws IOException {
    MessageDefinition removed =
        parse(
            """
            { "apiKey": 4, "type": "request", "name": "OldRequest", "validVersions": "none" }
            """);

    assertThat(removed.isAlive()).isFalse();
  }

  @Test
  void aFieldThatIsOnlyTaggedHasTheVersionsOfItsTag() throws IOException {
    FieldDefinition field =
        field(
            """
            { "name": "X", "type": "[]int32", "taggedVersions": "1+", "tag": 7,
              "nullableVersions": "1+", "default": null }
            """);

    assertThat(field.versions()).hasToString("1+");
    // The bare null of JSON is no default; only the word in quotes is.
    assertThat(field.defaultsToNull()).isFalse();
    assertThat(field.isNullable()).isTrue();
  }

  @Test
  void whatItDoesNotKnowStopsTheBuild() {
    assertThatThrownBy(
            () -> field("{ 'name': 'X', 'type': 'int32', 'versions': '0+', 'rotate': 13 }"))
        .hasMessage("X has an unknown key: rotate");
    assertThatThrownBy(() -> field("{ 'name': 'X', 'type': 'int128', 'versions': '0+' }"))
        .hasMessage("unknown type: int128");
    assertThatThrownBy(() -> field("{ 'name': 'X', 'type': '[][]int8', 'versions': '0+' }"))
        .hasMessage("array of arrays: [][]int8");
    assertThatThrownBy(() -> field("{ 'name': 'X', 'type': 'int8', 'versions': '0+', 'tag': 1 }"))
        .hasMessage("X: tag and taggedVersions belong together");
    assertThatThrownBy(() ->
            field(
                "{ 'name': 'X', 'type': 'int8', 'versions': '2+', 'tag': 1,"
                    + " 'taggedVersions': '1+' }"))
        .hasMessage("X: tagged in versions that do not have it");
  }

  private static FieldDefinition field(String json) throws IOException {
    return parse(
            """
            { "type": "data", "name": "Holder", "validVersions": "0-3", "flexibleVersions": "1+",
              "fields": [ %s ] }
            """
                .formatted(json.replace('\'', '"')))
        .body()
        .fields()
        .getFirst();
  }

  private static MessageDefinition parse(String json) throws IOException {
    return DefinitionParser.parse("kafka-clients", json);
  }
}
