package org.stoker.handlers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command.ConfigChange;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.Result;
import org.stoker.protocol.ErrorCode;
import org.stoker.settings.BrokerSettings;
import org.stoker.settings.DynamicRules;

/**
 * Checks changes of a broker's values before the controller is asked: whether they fit to what the
 * broker's file says, only that broker knows (KIP-226). All that Kafka refuses here it calls an
 * invalid request.
 */
final class BrokerAlterations {
  private final ClusterView cluster;
  private final Supplier<BrokerSettings> settings;

  BrokerAlterations(ClusterView cluster, Supplier<BrokerSettings> settings) {
    this.cluster = cluster;
    this.settings = settings;
  }

  /** What is wrong with single changes; null if nothing is, or they are not of a broker. */
  @Nullable Result problemWith(ConfigResource resource, List<ConfigChange> changes) {
    Map<String, String> values = new TreeMap<>(cluster.image().configs(resource));
    for (ConfigChange change : changes) {
      String value = change.value();
      switch (change.operation()) {
        case DELETE -> values.remove(change.key());
        case SET -> put(values, change.key(), value);
        case APPEND -> put(values, change.key(), joined(values.get(change.key()), value));
        // What remains of a list that was in order is in order.
        case SUBTRACT -> {}
      }
    }
    return problemWith(resource, values);
  }

  private static void put(Map<String, String> values, String key, @Nullable String value) {
    if (value != null) {
      values.put(key, value);
    }
  }

  private static @Nullable String joined(@Nullable String before, @Nullable String value) {
    if (before == null || before.isBlank() || value == null) {
      return value;
    }
    List<String> items = new ArrayList<>(Arrays.asList(before.split(",", -1)));
    items.addAll(Arrays.asList(value.split(",", -1)));
    return String.join(",", items);
  }

  /** What is wrong with these values; null if nothing is, or they are not a broker's. */
  @Nullable Result problemWith(ConfigResource resource, Map<String, String> values) {
    if (resource.type() != ConfigResource.Type.BROKER) {
      return null;
    }
    boolean ofOneBroker = !resource.name().isEmpty();
    Result problem = ofOneBroker ? problemWithName(resource.name(), cluster.brokerId()) : null;
    if (problem != null) {
      return problem;
    }
    String sentence = DynamicRules.problemWith(values, ofOneBroker);
    if (sentence == null) {
      BrokerSettings before = settings.get();
      BrokerSettings after =
          ofOneBroker
              ? before.withDynamic(before.dynamicDefault(), values)
              : before.withDynamic(values, before.dynamicOwn());
      sentence = DynamicRules.problemWithChange(before, after);
    }
    return sentence == null ? null : new Result(ErrorCode.INVALID_REQUEST, sentence);
  }

  private static @Nullable Result problemWithName(String name, int brokerId) {
    int id;
    try {
      id = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      return new Result(
          ErrorCode.INVALID_REQUEST, "Node id must be an integer, but it is: " + name);
    }
    return id == brokerId
        ? null
        : new Result(
            ErrorCode.INVALID_REQUEST,
            "Unexpected broker id, expected " + brokerId + ", but received " + name);
  }
}
