package org.stoker.protocol.generator;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoker.protocol.generator.FieldType.ArrayOf;
import org.stoker.protocol.generator.FieldType.StructOf;
import org.stoker.protocol.generator.MessageDefinition.Kind;

/**
 * Turns the JSON of one definition into a {@link MessageDefinition}, refusing what it does not
 * know.
 */
public final class DefinitionParser {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonParser.Feature.ALLOW_COMMENTS).build();

  // A key that a later Kafka adds may change the bytes: better to stop than to guess.
  private static final Set<String> MESSAGE_KEYS =
      Set.of(
          "apiKey",
          "type",
          "name",
          "validVersions",
          "flexibleVersions",
          "latestVersionUnstable",
          "listeners",
          "fields",
          "commonStructs");
  private static final Set<String> FIELD_KEYS =
      Set.of(
          "name",
          "type",
          "versions",
          "nullableVersions",
          "taggedVersions",
          "tag",
          "flexibleVersions",
          "default",
          "ignorable",
          "zeroCopy",
          "mapKey",
          "entityType",
          "about",
          "fields");

  private final Map<String, StructDefinition> structs = new LinkedHashMap<>();

  private DefinitionParser() {}

  public static MessageDefinition parse(String artifact, String json) throws IOException {
    return new DefinitionParser().message(artifact, JSON.readTree(json));
  }

  private MessageDefinition message(String artifact, JsonNode node) {
    String name = node.path("name").asText();
    requireKnownKeys(name, node, MESSAGE_KEYS);
    Versions valid = versions(node, "validVersions", Versions.NONE);
    for (JsonNode common : node.path("commonStructs")) {
      String structName = common.path("name").asText();
      Versions within = versions(common, "versions", Versions.ALL).intersect(valid);
      addStruct(new StructDefinition(structName, within, fields(common.path("fields"), within)));
    }
    StructDefinition body = new StructDefinition(name, valid, fields(node.path("fields"), valid));
    List<String> listeners = new ArrayList<>();
    node.path("listeners").forEach(listener -> listeners.add(listener.asText()));
    return new MessageDefinition(
        artifact,
        Kind.parse(node.path("type").asText()),
        node.path("apiKey").asInt(MessageDefinition.NO_API_KEY),
        valid,
        versions(node, "flexibleVersions", Versions.NONE),
        List.copyOf(listeners),
        node.path("latestVersionUnstable").asBoolean(false),
        body,
        List.copyOf(structs.values()));
  }

  private List<FieldDefinition> fields(JsonNode array, Versions within) {
    List<FieldDefinition> fields = new ArrayList<>();
    for (JsonNode node : array) {
      FieldDefinition field = field(node);
      fields.add(field);
      String inline = node.has("fields") ? structName(field.type()) : null;
      if (inline != null) {
        Versions inner = field.versions().intersect(within);
        addStruct(new StructDefinition(inline, inner, fields(node.path("fields"), inner)));
      }
    }
    return List.copyOf(fields);
  }

  private static FieldDefinition field(JsonNode node) {
    String name = node.path("name").asText();
    requireKnownKeys(name, node, FIELD_KEYS);
    Versions tagged = versions(node, "taggedVersions", Versions.NONE);
    return new FieldDefinition(
        name,
        FieldType.parse(node.path("type").asText()),
        versions(node, "versions", tagged),
        versions(node, "nullableVersions", Versions.NONE),
        tagged,
        node.path("tag").asInt(FieldDefinition.NO_TAG),
        node.has("flexibleVersions") ? versions(node, "flexibleVersions", Versions.NONE) : null,
        defaultText(node.path("default")),
        node.path("ignorable").asBoolean(false),
        node.path("zeroCopy").asBoolean(false),
        node.path("about").asText());
  }

  /**
   * Only the word null in quotes means null: the bare JSON null is as good as no default at all.
   */
  private static String defaultText(JsonNode node) {
    return node.isNull() ? "" : node.asText();
  }

  private static @Nullable String structName(FieldType type) {
    return switch (type) {
      case StructOf struct -> struct.name();
      case ArrayOf array -> structName(array.element());
      case FieldType.Scalar _ -> null;
    };
  }

  private void addStruct(StructDefinition struct) {
    if (structs.put(struct.name(), struct) != null) {
      throw new IllegalArgumentException("struct " + struct.name() + " is defined twice");
    }
  }

  private static Versions versions(JsonNode node, String key, Versions absent) {
    return node.has(key) ? Versions.parse(node.path(key).asText()) : absent;
  }

  private static void requireKnownKeys(String name, JsonNode node, Set<String> known) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!known.contains(entry.getKey())) {
        throw new IllegalArgumentException(name + " has an unknown key: " + entry.getKey());
      }
    }
  }
}
