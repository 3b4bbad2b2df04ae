package org.stoker.coordinator.runtime;

import org.jspecify.annotations.Nullable;

/**
 * A record as it goes into a coordinator's topic.
 *
 * @param value null to forget what was stored under the key
 */
public record EncodedRecord(Bytes key, @Nullable Bytes value) {
  // Length, attributes, the two deltas and the lengths of key, value and headers, at their largest.
  private static final int LARGEST_OVERHEAD_BYTES = 5 + 1 + 10 + 5 + 5 + 5 + 1;

  /** As much as the record can take in an uncompressed batch. */
  public int largestSizeBytes() {
    return LARGEST_OVERHEAD_BYTES + key.size() + (value == null ? 0 : value.size());
  }
}
