package org.stoker.handlers;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.stoker.network.ApiVersionsTable;
import org.stoker.protocol.ApiKey;

/**
 * The APIs that are served, each with all its stable versions. Those with which brokers talk among
 * themselves are served on the listener of brokers alone, and clients are not told of them.
 */
public final class ServedApis {
  private static final Set<ApiKey> BETWEEN_BROKERS =
      EnumSet.of(
          ApiKey.ALTER_PARTITION,
          ApiKey.ALLOCATE_PRODUCER_IDS,
          ApiKey.ASSIGN_REPLICAS_TO_DIRS,
          ApiKey.BROKER_HEARTBEAT,
          ApiKey.ENVELOPE);

  private final Map<ApiKey, Range> ranges = new EnumMap<>(ApiKey.class);

  /** Versions, both ends included. */
  record Range(short lowest, short highest) {}

  ServedApis(Set<ApiKey> keys) {
    for (ApiKey key : keys) {
      ranges.put(key, new Range(key.lowestVersion(), key.highestStableVersion()));
    }
  }

  /** Whether only brokers may ask for it, on their own listener. */
  public static boolean isBetweenBrokers(ApiKey apiKey) {
    return BETWEEN_BROKERS.contains(apiKey);
  }

  /** What a listener serves. */
  public ApiVersionsTable on(boolean isInterBrokerListener) {
    return isInterBrokerListener
        ? this::isServed
        : (apiKey, version) -> !isBetweenBrokers(apiKey) && isServed(apiKey, version);
  }

  private boolean isServed(ApiKey apiKey, short version) {
    Range range = ranges.get(apiKey);
    return range != null && version >= range.lowest() && version <= range.highest();
  }

  /**
   * Visits those that clients are told of. Old librdkafka takes a broker without the first versions
   * of Produce for one that knows no compression, so these are told of although they are refused
   * (KAFKA-18659).
   */
  void forEachAdvertised(BiConsumer<ApiKey, Range> visitor) {
    ranges.forEach((key, range) -> {
      if (!BETWEEN_BROKERS.contains(key)) {
        visitor.accept(key, key == ApiKey.PRODUCE ? new Range((short) 0, range.highest()) : range);
      }
    });
  }
}
