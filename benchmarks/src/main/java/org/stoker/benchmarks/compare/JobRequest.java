package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** What the load driver is asked to do, written as its {@code JobArguments} read it. */
record JobRequest(ObjectNode json) {
  static JobRequest of(String job, String bootstrap) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    return new JobRequest(json.put("job", job).put("bootstrap", bootstrap));
  }

  /**
   * Reads a topic back.
   *
   * @param sent how many records of each producer were acknowledged
   */
  static JobRequest read(String bootstrap, String topic, int partitions, JsonNode sent) {
    return of("read", bootstrap)
        .with("topic", topic)
        .with("partitions", partitions)
        .with("sent", sent);
  }

  JobRequest with(String name, String value) {
    json.put(name, value);
    return this;
  }

  JobRequest with(String name, int value) {
    json.put(name, value);
    return this;
  }

  JobRequest with(String name, boolean value) {
    json.put(name, value);
    return this;
  }

  JobRequest with(String name, Map<String, String> values) {
    ObjectNode object = json.putObject(name);
    values.forEach(object::put);
    return this;
  }

  JobRequest with(String name, JsonNode value) {
    json.set(name, value);
    return this;
  }
}
