package org.stoker.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What the comparison asked for: one line of JSON. */
record JobArguments(JsonNode json) {
  String job() {
    return text("job");
  }

  String text(String name) {
    return required(name).asText();
  }

  String text(String name, String otherwise) {
    return json.path(name).asText(otherwise);
  }

  int integer(String name) {
    return required(name).asInt();
  }

  int integer(String name, int otherwise) {
    return json.path(name).asInt(otherwise);
  }

  boolean isSet(String name) {
    return json.path(name).asBoolean(false);
  }

  int[] integers(String name) {
    JsonNode array = required(name);
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }

  Map<String, String> texts(String name) {
    var texts = new TreeMap<String, String>();
    json.path(name)
        .properties()
        .forEach(each -> texts.put(each.getKey(), each.getValue().asText()));
    return texts;
  }

  /** Settings of the client: the job's own, under those that the comparison asked for. */
  Properties client(Map<String, String> ofTheJob) {
    var properties = new Properties();
    properties.setProperty("bootstrap.servers", text("bootstrap"));
    properties.putAll(ofTheJob);
    properties.putAll(texts("client"));
    return properties;
  }

  private JsonNode required(String name) {
    JsonNode value = json.path(name);
    if (value.isMissingNode()) {
      throw new IllegalArgumentException("job " + json + " needs " + name);
    }
    return value;
  }
}
