package org.stoker.metadata;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command.ConfigChange;
import org.stoker.metadata.Command.ConfigChanges;
import org.stoker.metadata.Command.ConfigOperation;
import org.stoker.metadata.Command.ConfigReplacement;
import org.stoker.metadata.Command.ConfigResult;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.TopicDecisions.Refusal;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;

/** Decides what topics, brokers, groups and subscriptions are configured with. */
final class ConfigDecisions {
  private static final int LONGEST_VALUE_BYTES = Short.MAX_VALUE;

  private final ConfigRules rules;
  private final TopicLimits limits;

  ConfigDecisions(ConfigRules rules, TopicLimits limits) {
    this.rules = rules;
    this.limits = limits;
  }

  /** The configuration of a topic that is being created. */
  Map<String, String> ofNewTopic(NewTopic topic) throws Refusal {
    SortedMap<String, String> values = new TreeMap<>();
    for (Map.Entry<String, @Nullable String> entry : topic.configs().entrySet()) {
      String value = entry.getValue();
      if (value == null) {
        throw new Refusal(
            ErrorCode.INVALID_CONFIG,
            "Null value not supported for topic configs: " + entry.getKey());
      }
      values.put(entry.getKey(), value);
    }
    check(ConfigResource.topic(topic.name()), values);
    return values;
  }

  Decision<List<ConfigResult>> alter(ClusterImage image, Command.IncrementalAlterConfigs command) {
    var answer = new Answer(image, command.validateOnly());
    Set<ConfigResource> duplicates =
        duplicatesOf(command.resources().stream().map(ConfigChanges::resource).toList());
    for (ConfigChanges changes : command.resources()) {
      answer.add(
          changes.resource(),
          duplicates,
          before -> {
            for (ConfigChange change : changes.changes()) {
              requireMinInSyncIsTheClusters(
                  image,
                  changes.resource(),
                  change.key(),
                  change.operation() == ConfigOperation.DELETE);
            }
            return after(changes, new TreeMap<>(before));
          });
    }
    return answer.decision();
  }

  Decision<List<ConfigResult>> alter(ClusterImage image, Command.AlterConfigs command) {
    var answer = new Answer(image, command.validateOnly());
    Set<ConfigResource> duplicates =
        duplicatesOf(command.resources().stream().map(ConfigReplacement::resource).toList());
    for (ConfigReplacement replacement : command.resources()) {
      answer.add(
          replacement.resource(),
          duplicates,
          before -> {
            SortedMap<String, String> after = replaced(replacement);
            String key = PartitionDecisions.MIN_IN_SYNC;
            if (before.containsKey(key) || after.containsKey(key)) {
              requireMinInSyncIsTheClusters(
                  image, replacement.resource(), key, !after.containsKey(key));
            }
            return after;
          });
    }
    return answer.decision();
  }

  /**
   * Who may lead without being in sync depends on min.insync.replicas, and only the controller
   * keeps the account: no broker may have one of its own then (KIP-966).
   */
  private static void requireMinInSyncIsTheClusters(
      ClusterImage image, ConfigResource resource, String key, boolean isRemoval) throws Refusal {
    if (resource.type() != ConfigResource.Type.BROKER
        || !key.equals(PartitionDecisions.MIN_IN_SYNC)
        || Features.level(image, Features.ELIGIBLE_LEADER_REPLICAS) == 0) {
      return;
    }
    if (!resource.name().isEmpty()) {
      throw new Refusal(
          ErrorCode.INVALID_CONFIG,
          "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
    }
    if (isRemoval) {
      throw new Refusal(
          ErrorCode.INVALID_CONFIG,
          "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
    }
  }

  /** Takes from single brokers what they must not have while eligible leaders are kept. */
  static List<Message> removalsOfMinInSync(ClusterImage image) {
    List<Message> removals = new ArrayList<>();
    for (int id : new TreeMap<>(image.brokers()).keySet()) {
      ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id));
      if (image.configs(broker).containsKey(PartitionDecisions.MIN_IN_SYNC)) {
        removals.add(ClusterImage.configRecord(broker, PartitionDecisions.MIN_IN_SYNC, null));
      }
    }
    return removals;
  }

  private static Set<ConfigResource> duplicatesOf(List<ConfigResource> resources) {
    Set<ConfigResource> seen = new HashSet<>();
    Set<ConfigResource> duplicates = new HashSet<>();
    for (ConfigResource resource : resources) {
      if (!seen.add(resource)) {
        duplicates.add(resource);
      }
    }
    return duplicates;
  }

  private interface Alteration {
    SortedMap<String, String> of(SortedMap<String, String> before) throws Refusal;
  }

  /** Gathers the records and replies of one command, resource by resource. */
  private final class Answer {
    private final ClusterImage image;
    private final boolean validateOnly;
    private final List<Message> records = new ArrayList<>();
    private final List<ConfigResult> replies = new ArrayList<>();
    private TopicLimits.@Nullable Account account;

    Answer(ClusterImage image, boolean validateOnly) {
      this.image = image;
      this.validateOnly = validateOnly;
    }

    void add(ConfigResource resource, Set<ConfigResource> duplicates, Alteration alteration) {
      try {
        if (duplicates.contains(resource)) {
          throw new Refusal(ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.");
        }
        requireExisting(resource, image);
        SortedMap<String, String> before = image.configs(resource);
        SortedMap<String, String> after = alteration.of(before);
        check(resource, after);
        requireMemory(resource, before, after);
        if (!validateOnly) {
          addRecords(resource, before, after);
        }
        replies.add(new ConfigResult(resource, Result.OK));
      } catch (Refusal refusal) {
        replies.add(new ConfigResult(resource, refusal.result()));
      }
    }

    /** Also for names of groups and subscriptions, which clients may make up. */
    private void requireMemory(
        ConfigResource resource, Map<String, String> before, Map<String, String> after)
        throws Refusal {
      long bytes = TopicLimits.configBytes(after) - TopicLimits.configBytes(before);
      if (bytes > 0) {
        TopicLimits.Account known = account;
        TopicLimits.Account counted = known == null ? limits.account(image) : known;
        account = counted;
        counted.addConfigs(bytes + (before.isEmpty() ? 2L * resource.name().length() : 0));
      }
    }

    private void addRecords(
        ConfigResource resource, Map<String, String> before, Map<String, String> after) {
      Set<String> keys = new HashSet<>(before.keySet());
      keys.addAll(after.keySet());
      for (String key : keys.stream().sorted().toList()) {
        if (!Objects.equals(before.get(key), after.get(key))) {
          records.add(ClusterImage.configRecord(resource, key, after.get(key)));
        }
      }
    }

    Decision<List<ConfigResult>> decision() {
      return Decision.of(records, replies);
    }
  }

  private SortedMap<String, String> after(ConfigChanges changes, SortedMap<String, String> values)
      throws Refusal {
    Set<String> keys = new HashSet<>();
    for (ConfigChange change : changes.changes()) {
      if (!keys.add(change.key())) {
        throw new Refusal(ErrorCode.INVALID_REQUEST, "Error due to duplicate config keys");
      }
      String value = change.value();
      if (change.operation() == ConfigOperation.DELETE) {
        values.remove(change.key());
      } else if (value == null) {
        throw nullValue(change.key());
      } else if (change.operation() == ConfigOperation.SET) {
        values.put(change.key(), value);
      } else {
        values.put(change.key(), listAfter(changes.resource(), change, value, values));
      }
    }
    return values;
  }

  private String listAfter(
      ConfigResource resource, ConfigChange change, String value, Map<String, String> values)
      throws Refusal {
    if (!rules.isList(resource.type(), change.key())) {
      throw new Refusal(
          ErrorCode.INVALID_CONFIG,
          "Can't "
              + change.operation()
              + " to key "
              + change.key()
              + " because its type is not LIST.");
    }
    String before = values.get(change.key());
    List<String> parts =
        new ArrayList<>(
            parts(before == null ? rules.defaultValue(resource.type(), change.key()) : before));
    for (String part : parts(value)) {
      if (change.operation() == ConfigOperation.SUBTRACT) {
        parts.remove(part);
      } else if (!parts.contains(part)) {
        parts.add(part);
      }
    }
    return String.join(",", parts);
  }

  private static List<String> parts(@Nullable String list) {
    return list == null || list.isBlank()
        ? List.of()
        : Arrays.stream(list.split(",", -1)).map(String::strip).toList();
  }

  private static SortedMap<String, String> replaced(ConfigReplacement replacement) throws Refusal {
    SortedMap<String, String> values = new TreeMap<>();
    for (Map.Entry<String, @Nullable String> entry : replacement.values().entrySet()) {
      String value = entry.getValue();
      if (value == null) {
        throw nullValue(entry.getKey());
      }
      values.put(entry.getKey(), value);
    }
    return values;
  }

  private static void requireExisting(ConfigResource resource, ClusterImage image) throws Refusal {
    switch (resource.type()) {
      case TOPIC -> requireTopic(resource.name(), image);
      case BROKER -> {
        if (!resource.name().isEmpty()) {
          requireBroker(resource.name(), image);
        }
      }
      case GROUP -> requireName(resource, "Default group resources are not allowed.");
      case CLIENT_METRICS -> requireName(resource, "Subscription name can't be empty");
    }
  }

  private static Refusal nullValue(String key) {
    return new Refusal(ErrorCode.INVALID_REQUEST, "Null value not supported for : " + key);
  }

  private static void requireName(ConfigResource resource, String problem) throws Refusal {
    if (resource.name().isEmpty()) {
      throw new Refusal(ErrorCode.INVALID_REQUEST, problem);
    }
  }

  private static void requireTopic(String name, ClusterImage image) throws Refusal {
    if (name.isEmpty()) {
      throw new Refusal(ErrorCode.INVALID_REQUEST, "Default topic resources are not allowed.");
    }
    String problem = TopicNames.problemWith(name);
    if (problem != null) {
      throw new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
    }
    if (image.topic(name) == null) {
      throw new Refusal(
          ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist.");
    }
  }

  private static void requireBroker(String name, ClusterImage image) throws Refusal {
    int id;
    try {
      id = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      throw new Refusal(
          ErrorCode.INVALID_REQUEST, "Unable to parse broker name as a base 10 number.");
    }
    if (id < 0) {
      throw new Refusal(ErrorCode.INVALID_REQUEST, "Invalid negative broker ID.");
    }
    if (image.broker(id) == null) {
      throw new Refusal(ErrorCode.BROKER_ID_NOT_REGISTERED, "No node with id " + id + " found.");
    }
  }

  private void check(ConfigResource resource, Map<String, String> values) throws Refusal {
    for (Map.Entry<String, String> entry : values.entrySet()) {
      if (entry.getValue().getBytes(StandardCharsets.UTF_8).length > LONGEST_VALUE_BYTES) {
        throw new Refusal(
            ErrorCode.INVALID_CONFIG,
            "The value of " + entry.getKey() + " has more than " + LONGEST_VALUE_BYTES + " bytes.");
      }
    }
    Result problem = rules.problemWith(resource, values);
    if (problem != null) {
      throw new Refusal(problem.error(), String.valueOf(problem.message()));
    }
  }
}
