package org.stoker.settings;

import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which of a broker's values fit together, as Kafka has it. A rule about a key that has no effect
 * here is left out: there is nothing that it would keep from going wrong.
 */
public final class BrokerRules {
  private static final long FAILED_AUTHENTICATION_DELAY_MS = 100;

  private BrokerRules() {}

  /** What does not fit, in Kafka's sentence; null if all does. */
  public static @Nullable String problemWith(BrokerSettings settings) {
    String problem = problemWithTopics(settings);
    return problem != null ? problem : problemWith(settings.values());
  }

  /** What is wrong with what topics inherit; null if nothing is. */
  static @Nullable String problemWithTopics(BrokerSettings settings) {
    String problem = problemWithTimes(settings);
    if (problem == null) {
      try {
        var _ = settings.topicValues(Map.of());
      } catch (ConfigException e) {
        problem = e.getMessage();
      }
    }
    return problem;
  }

  private static @Nullable String problemWithTimes(BrokerSettings settings) {
    if (topicMs(settings, TopicKeys.SEGMENT_MS) < 1) {
      return "log.roll.ms must be greater than or equal to 1";
    }
    if (topicMs(settings, TopicKeys.SEGMENT_JITTER_MS) < 0) {
      return "log.roll.jitter.ms must be greater than or equal to 0";
    }
    if (topicMs(settings, TopicKeys.RETENTION_MS) == 0) {
      return "log.retention.ms must be unlimited (-1) or, greater than or equal to 1";
    }
    return null;
  }

  private static long topicMs(BrokerSettings settings, String name) {
    for (TopicKey key : TopicKeys.TOPIC_KEYS) {
      String text = key.name().equals(name) ? settings.inheritedBy(key) : null;
      if (text != null) {
        return Long.parseLong(text.strip());
      }
    }
    throw new IllegalStateException("no such topic key: " + name);
  }

  private static @Nullable String problemWith(ConfigValues values) {
    long idleMs = values.longInteger("connections.max.idle.ms");
    int maxPerIp = values.integer("max.connections.per.ip");
    String overrides = values.text("max.connections.per.ip.overrides");
    long queued = values.longInteger("queued.max.request.bytes");
    return firstOf(
        rule(
            () ->
                values.integer("replica.fetch.wait.max.ms")
                    <= values.longInteger("replica.lag.time.max.ms"),
            "replica.fetch.wait.max.ms should always be less than or equal to"
                + " replica.lag.time.max.ms to prevent frequent changes in ISR"),
        rule(
            () -> maxPerIp != 0 || !overrides.isEmpty(),
            "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides"
                + " property is set."),
        rule(
            () -> queued <= 0 || queued >= values.integer("socket.request.max.bytes"),
            "queued.max.request.bytes must be larger or equal to socket.request.max.bytes"),
        rule(
            () -> idleMs < 0 || idleMs > FAILED_AUTHENTICATION_DELAY_MS,
            "connection.failed.authentication.delay.ms="
                + FAILED_AUTHENTICATION_DELAY_MS
                + " should always be less than connections.max.idle.ms="
                + idleMs
                + " to prevent failed authentication responses from timing out"),
        rule(
            () ->
                !values.isSet("inter.broker.listener.name")
                    || values.text("security.inter.broker.protocol").equals("PLAINTEXT"),
            "Only one of inter.broker.listener.name and security.inter.broker.protocol should be"
                + " set."));
  }

  private static @Nullable String rule(BooleanSupplier isKept, String problem) {
    return isKept.getAsBoolean() ? null : problem;
  }

  private static @Nullable String firstOf(@Nullable String... problems) {
    for (String problem : problems) {
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }
}
