package org.stoker.tools;

import static org.stoker.tools.Option.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DeletedRecords;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** {@code kafka-delete-records.sh}: moves the start of partitions forward. */
final class DeleteRecords implements Tool {
  private static final int VERSION = 1;

  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "REQUIRED: the brokers.");
  private static final Option<String> OFFSET_JSON_FILE =
      text(
          "offset-json-file",
          "json file",
          """
          REQUIRED: a file that names the first offset to keep of each partition:
          {"partitions": [{"topic": "foo", "partition": 1, "offset": 1}], "version": 1}\
          """);
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "file", "Property file for the admin client.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Deletes the records of partitions that lie before given offsets.",
          BOOTSTRAP_SERVER,
          OFFSET_JSON_FILE,
          COMMAND_CONFIG);

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ParsedOptions parsed = OPTIONS.parse(args);
    parsed.require(BOOTSTRAP_SERVER, OFFSET_JSON_FILE);
    Properties config = ClientProperties.load(parsed.valueOrNull(COMMAND_CONFIG));
    config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, parsed.value(BOOTSTRAP_SERVER));
    try (Admin admin = Admin.create(config)) {
      delete(admin, firstOffsetsToKeep(read(parsed.value(OFFSET_JSON_FILE))), terminal);
    }
    return 0;
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new ToolFailure("Unable to read file " + file);
    }
  }

  private static void delete(
      Admin admin, Map<TopicPartition, RecordsToDelete> wanted, Terminal terminal)
      throws InterruptedException {
    terminal.out().println("Executing records delete operation");
    var results = new TreeMap<TopicPartition, KafkaFuture<DeletedRecords>>(PartitionOrder.BY_TOPIC);
    results.putAll(admin.deleteRecords(wanted).lowWatermarks());
    terminal.out().println("Records delete operation completed:");
    for (Map.Entry<TopicPartition, KafkaFuture<DeletedRecords>> result : results.entrySet()) {
      try {
        long start = result.getValue().get().lowWatermark();
        terminal.out().printf("partition: %s\tlow_watermark: %s%n", result.getKey(), start);
      } catch (ExecutionException e) {
        terminal.out().printf("partition: %s\terror: %s%n", result.getKey(), e.getMessage());
      }
    }
  }

  static Map<TopicPartition, RecordsToDelete> firstOffsetsToKeep(String json) {
    JsonNode root = parse(json);
    int version = root.has("version") ? root.get("version").asInt() : VERSION;
    if (version != VERSION) {
      throw new ToolFailure("Not supported version field value " + version);
    }
    if (!root.has("partitions")) {
      throw new ToolFailure("Missing partitions field");
    }
    var offsets = new HashMap<TopicPartition, RecordsToDelete>();
    Set<String> twice = new LinkedHashSet<>();
    for (JsonNode entry : root.get("partitions")) {
      var partition =
          new TopicPartition(
              field(entry, "topic").asText(), Math.toIntExact(number(entry, "partition")));
      if (offsets.put(partition, RecordsToDelete.beforeOffset(number(entry, "offset"))) != null) {
        twice.add(partition.toString());
      }
    }
    if (!twice.isEmpty()) {
      throw new ToolFailure(
          "Offset json file contains duplicate topic partitions: " + String.join(",", twice));
    }
    return offsets;
  }

  private static JsonNode parse(String json) {
    try {
      JsonNode root = new ObjectMapper().readTree(json);
      if (root != null && root.isObject()) {
        return root;
      }
    } catch (JsonProcessingException malformed) {
      // Told below.
    }
    throw new ToolFailure("The input string is not a valid JSON");
  }

  private static JsonNode field(JsonNode entry, String name) {
    JsonNode field = entry.get(name);
    if (field == null) {
      throw new ToolFailure("No such field exists: `" + name + "`");
    }
    return field;
  }

  private static long number(JsonNode entry, String name) {
    JsonNode field = field(entry, name);
    if (!field.isIntegralNumber()) {
      throw new ToolFailure("Expected a number as `" + name + "`, received " + field);
    }
    return field.asLong();
  }
}
