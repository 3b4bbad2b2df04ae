package org.stoker.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;

/** The JSON of a reassignment: which brokers are to keep each partition. */
final class ReassignmentFile {
  /** Where the broker may choose. */
  static final String ANY = "any";

  /**
   * One line of it.
   *
   * @param directories one for each replica, or none at all
   */
  record Entry(TopicPartition partition, List<Integer> replicas, List<String> directories) {}

  private ReassignmentFile() {}

  /** As it stands there, without a look at whether it makes sense. */
  static List<Entry> read(String file) {
    JsonNode root = JsonFile.read(file);
    JsonFile.checkVersion(root);
    var entries = new ArrayList<Entry>();
    for (JsonNode node : root.path("partitions")) {
      var partition =
          new TopicPartition(
              JsonFile.field(node, "topic").asText(), JsonFile.field(node, "partition").asInt());
      var replicas = new ArrayList<Integer>();
      JsonFile.field(node, "replicas").forEach(replica -> replicas.add(replica.asInt()));
      entries.add(
          new Entry(partition, List.copyOf(replicas), directories(node, partition, replicas)));
    }
    return entries;
  }

  private static List<String> directories(
      JsonNode node, TopicPartition partition, List<Integer> replicas) {
    var directories = new ArrayList<String>();
    node.path("log_dirs").forEach(directory -> directories.add(directory.asText()));
    if (node.has("log_dirs") && directories.size() != replicas.size()) {
      throw new ToolFailure(
          "Size of replicas list %s is different from size of log dirs list %s for partition %s"
              .formatted(replicas, directories, partition));
    }
    return List.copyOf(directories);
  }

  /** What is to be done, once each. */
  static SortedMap<TopicPartition, List<Integer>> checked(List<Entry> entries) {
    if (entries.isEmpty()) {
      throw new ToolFailure("Partition reassignment list cannot be empty");
    }
    if (entries.stream().anyMatch(entry -> entry.replicas().isEmpty())) {
      throw new ToolFailure("Partition replica list cannot be empty");
    }
    Set<TopicPartition> twice = duplicates(entries.stream().map(Entry::partition).toList());
    if (!twice.isEmpty()) {
      throw new ToolFailure(
          "Partition reassignment contains duplicate topic partitions: " + joined(twice));
    }
    String repeated =
        entries.stream()
            .filter(entry -> !duplicates(entry.replicas()).isEmpty())
            .map(entry ->
                entry.partition()
                    + " contains multiple entries for "
                    + joined(duplicates(entry.replicas())))
            .collect(Collectors.joining(". "));
    if (!repeated.isEmpty()) {
      throw new ToolFailure(
          "Partition replica lists may not contain duplicate entries: " + repeated);
    }
    var wanted = new TreeMap<TopicPartition, List<Integer>>(PartitionOrder.BY_TOPIC);
    entries.forEach(entry -> wanted.put(entry.partition(), entry.replicas()));
    return wanted;
  }

  static <T> Set<T> duplicates(List<T> items) {
    var seen = new HashSet<T>();
    return items.stream()
        .filter(item -> !seen.add(item))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static String joined(Set<?> items) {
    return items.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  /**
   * The same in writing.
   *
   * @param logDirs where replicas are, if that is known
   */
  static String write(
      Map<TopicPartition, List<Integer>> assignment, Map<TopicPartitionReplica, String> logDirs)
      throws JsonProcessingException {
    var json = new ObjectMapper();
    ObjectNode root = json.createObjectNode();
    root.put("version", 1);
    ArrayNode partitions = root.putArray("partitions");
    var sorted = new TreeMap<TopicPartition, List<Integer>>(PartitionOrder.BY_TOPIC);
    sorted.putAll(assignment);
    sorted.forEach((partition, brokers) -> {
      ObjectNode entry = partitions.addObject();
      entry.put("topic", partition.topic());
      entry.put("partition", partition.partition());
      ArrayNode replicas = entry.putArray("replicas");
      ArrayNode directories = entry.putArray("log_dirs");
      brokers.forEach(broker -> {
        replicas.add(broker);
        var replica = new TopicPartitionReplica(partition.topic(), partition.partition(), broker);
        directories.add(logDirs.getOrDefault(replica, ANY));
      });
    });
    return json.writeValueAsString(root);
  }
}
