package org.stoker.settings;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keys that protect a broker of Kafka and have no effect here. Whoever sets one counts on it, so a
 * broker that has one does not start.
 */
final class Protections {
  private static final List<Protection> ALL =
      List.of(
          set("authorizer.class.name", "nobody is authorized here, and all may do everything"),
          set(
              "alter.config.policy.class.name",
              "nothing approves changes of configuration here, and every change is made"),
          set(
              "create.topic.policy.class.name",
              "nothing approves new topics here, and every topic is made"),
          set("client.quota.callback.class", "clients have no quotas here"),
          set("quota.consumer.default", "clients have no quotas here"),
          set("quota.producer.default", "clients have no quotas here"),
          set("security.providers", "no security providers are installed here"),
          set(
              "config.providers",
              "no values are fetched from elsewhere here: they would be taken as they are written"),
          new Protection(
              "principal.builder.class",
              value -> !value.isEmpty() && !value.endsWith(".DefaultKafkaPrincipalBuilder"),
              "nobody is told who a client is here"),
          new Protection(
              "ssl.client.auth",
              value -> !value.isEmpty() && !value.equals("none"),
              "clients show no certificates here"),
          new Protection(
              "security.inter.broker.protocol",
              value -> !value.isEmpty() && !value.equals("PLAINTEXT"),
              "brokers talk PLAINTEXT to each other"),
          isTrue("zookeeper.set.acl", "what is in ZooKeeper has no access control lists here"),
          isTrue("zookeeper.ssl.client.enable", "ZooKeeper is talked to in the clear here"));

  private record Protection(String name, Predicate<String> isWanted, String insteadOfIt) {}

  private Protections() {}

  private static Protection set(String name, String insteadOfIt) {
    return new Protection(name, value -> !value.isEmpty(), insteadOfIt);
  }

  private static Protection isTrue(String name, String insteadOfIt) {
    return new Protection(
        name, value -> value.toLowerCase(Locale.ROOT).equals("true"), insteadOfIt);
  }

  /** Why a broker with these values does not start; null if none of them protects. */
  static @Nullable String problemWith(Map<String, String> texts) {
    for (Map.Entry<String, String> entry : new TreeMap<>(texts).entrySet()) {
      String base = ListenerKeys.baseName(entry.getKey());
      String name = base == null ? entry.getKey() : base;
      for (Protection protection : ALL) {
        if (protection.name().equals(name)
            && protection.isWanted().test(entry.getValue().strip())) {
          return "Configuration %s=%s would protect a broker of Kafka and has no effect here: %s"
              .formatted(entry.getKey(), entry.getValue(), protection.insteadOfIt());
        }
      }
    }
    return null;
  }

  /** The names, for the page of configuration. */
  static List<String> names() {
    return ALL.stream().map(Protection::name).sorted().toList();
  }
}
