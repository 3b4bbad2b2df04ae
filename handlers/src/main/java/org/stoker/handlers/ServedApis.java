package org.stoker.handlers;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.stoker.network.ApiVersionsTable;
import org.stoker.protocol.ApiKey;

/**
 * The APIs that are served, each with all its stable versions. Clients are told of all but those
 * with which brokers talk among themselves.
 */
public final class ServedApis implements ApiVersionsTable {
  private static final Set<ApiKey> BETWEEN_BROKERS =
      EnumSet.of(
          ApiKey.ALTER_PARTITION,
          ApiKey.ALLOCATE_PRODUCER_IDS,
          ApiKey.ASSIGN_REPLICAS_TO_DIRS,
          ApiKey.BROKER_HEARTBEAT);

  private final Map<ApiKey, Range> ranges = new EnumMap<>(ApiKey.class);

  /** Versions, both ends included. */
  record Range(short lowest, short highest) {}

  ServedApis(Set<ApiKey> keys) {
    for (ApiKey key : keys) {
      ranges.put(key, new Range(key.lowestVersion(), key.highestStableVersion()));
    }
  }

  @Override
  public boolean isSupported(ApiKey apiKey, short version) {
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
