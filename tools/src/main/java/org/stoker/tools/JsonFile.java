package org.stoker.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The JSON files that say what a tool is to do, with Kafka's words for what is wrong with them. */
final class JsonFile {
  private JsonFile() {}

  /** An object, from the file. */
  static JsonNode read(String file) {
    try {
      JsonNode root = new ObjectMapper().readTree(text(file));
      if (root != null && root.isObject()) {
        return root;
      }
    } catch (JsonProcessingException e) {
      throw new ToolFailure("The input string is not a valid JSON: " + e.getOriginalMessage());
    }
    throw new ToolFailure("The input string is not a valid JSON");
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new ToolFailure("Unable to read file " + file);
    }
  }

  static JsonNode field(JsonNode object, String name) {
    JsonNode field = object.get(name);
    if (field == null) {
      throw new ToolFailure("No such field exists: `" + name + "`");
    }
    return field;
  }

  /** Refuses every version but the first and only one. */
  static void checkVersion(JsonNode object) {
    int version = object.has("version") ? object.get("version").asInt() : 1;
    if (version != 1) {
      throw new ToolFailure("Not supported version field value " + version);
    }
  }
}
