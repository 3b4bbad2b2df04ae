package org.stoker.settings;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stoker.settings.ConfigKey.Change;

/**
 * Which values of a broker may be set while it runs, and for whom (KIP-226). A name that Kafka does
 * not know may be set: it could be a plugin's.
 */
public final class DynamicRules {
  /** Counts of threads, which change by a factor of two at the most. */
  private static final List<String> THREADS =
      List.of(
          "num.io.threads",
          "num.replica.fetchers",
          "num.recovery.threads.per.data.dir",
          "background.threads",
          "num.network.threads");

  private DynamicRules() {}

  /**
   * What is wrong with these values together, as Kafka says it; null if nothing is.
   *
   * @param ofOneBroker whether they are one broker's, or the default of all
   */
  public static @Nullable String problemWith(Map<String, String> values, boolean ofOneBroker) {
    Map<String, String> sorted = new TreeMap<>(values);
    String problem =
        problemWithNames(
            sorted, DynamicRules::isReadOnly, "Cannot update these configs dynamically");
    if (problem == null) {
      problem =
          problemWithNames(
              sorted,
              DynamicRules::isSecurityOfAllListeners,
              "These security configs can be dynamically updated only per-listener using the"
                  + " listener prefix");
    }
    if (problem == null) {
      problem = problemWithValues(sorted);
    }
    if (problem == null) {
      // Nothing that is stored may keep a broker from opening a topic.
      problem = BrokerRules.problemWithTopics(BrokerSettings.ofFile(sorted));
    }
    if (problem == null && !ofOneBroker) {
      problem =
          problemWithNames(
              sorted,
              DynamicRules::isOfOneBroker,
              "Cannot update these configs at default cluster level, broker id must be specified");
    }
    return problem;
  }

  /**
   * What is wrong with a change as a whole: values that do not fit together, or a number of threads
   * that jumps; null if nothing is.
   */
  public static @Nullable String problemWithChange(BrokerSettings before, BrokerSettings after) {
    ConfigValues old = before.values();
    ConfigValues now = after.values();
    for (String name : THREADS) {
      int count = now.integer(name);
      int current = old.integer(name);
      String failed =
          "Dynamic thread count update validation failed for " + name + "=" + count + ", value ";
      if (count < current / 2) {
        return failed + "should be at least half the current value " + current;
      }
      if (count > current * 2L) {
        return failed + "should not be greater than double the current value " + current;
      }
    }
    return BrokerRules.problemWith(after);
  }

  /** Those of the values that may be set: what is stored may be of another version. */
  static Map<String, String> allowed(Map<String, String> values, boolean ofOneBroker) {
    Map<String, String> allowed = new TreeMap<>();
    values.forEach((name, value) -> {
      if (problemWith(Map.of(name, value), ofOneBroker) == null) {
        allowed.put(name, value);
      }
    });
    return allowed;
  }

  private static @Nullable String problemWithNames(
      Map<String, String> values, Predicate<String> isWrong, String problem) {
    TreeSet<String> names =
        values.keySet().stream().filter(isWrong).collect(Collectors.toCollection(TreeSet::new));
    return names.isEmpty() ? null : problem + ": " + names;
  }

  private static @Nullable String problemWithValues(Map<String, String> values) {
    for (Map.Entry<String, String> entry : values.entrySet()) {
      String base = ListenerKeys.baseName(entry.getKey());
      ConfigKey key = BrokerKeys.ALL.find(base == null ? entry.getKey() : base);
      if (key != null && key.change() != Change.READ_ONLY) {
        try {
          key.parse(entry.getValue());
        } catch (ConfigException e) {
          return e.getMessage();
        }
      }
    }
    return null;
  }

  private static boolean isReadOnly(String name) {
    ConfigKey key = BrokerKeys.ALL.find(name);
    return key != null && key.change() == Change.READ_ONLY;
  }

  private static boolean isSecurityOfAllListeners(String name) {
    return name.startsWith("ssl.keystore.")
        || name.startsWith("ssl.truststore.")
        || name.equals("ssl.key.password");
  }

  private static boolean isOfOneBroker(String name) {
    String base = ListenerKeys.baseName(name);
    if (base == null) {
      ConfigKey key = BrokerKeys.ALL.find(name);
      return key != null && key.change() == Change.PER_BROKER;
    }
    ConfigKey key = BrokerKeys.ALL.find(base);
    return key == null || key.change() != Change.CLUSTER_WIDE || !isOfListeners(base);
  }

  /** Keys that one listener may have of its own, and all brokers by default. */
  private static boolean isOfListeners(String name) {
    return List.of("max.connections", "max.connection.creation.rate", "num.network.threads")
        .contains(name);
  }
}
