package org.stoker.handlers;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.stoker.network.ApiVersionsTable;
import org.stoker.protocol.ApiKey;

/**
 * The APIs that are served, each with all its stable versions: what is advertised, and nothing
 * else.
 */
public final class ServedApis implements ApiVersionsTable {
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

  void forEach(BiConsumer<ApiKey, Range> visitor) {
    ranges.forEach(visitor);
  }
}
