package org.stoker.coordinator.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.WireReader;

/**
 * The topics that the members of a group are subscribed to, as 64-bit hashes of their names: names
 * would take many times the bytes in which a member can send them. Two names with one hash are so
 * rare that nobody meets them by chance, and whoever makes them hides their own offsets only.
 *
 * <p>Consumers tell their leader; the topics are there in every version, at the same place.
 */
final class SubscribedTopics {
  static final SubscribedTopics NONE = new SubscribedTopics(new long[0]);

  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final int MIN_NAME_SIZE = 2;
  private static final int FIRST_CAPACITY = 8;

  private final long[] hashes;

  private SubscribedTopics(long[] sortedHashes) {
    this.hashes = sortedHashes;
  }

  /** Null if one of them is not the bytes of a subscription. */
  static @Nullable SubscribedTopics in(List<Bytes> subscriptions) {
    long[] hashes = new long[FIRST_CAPACITY];
    int count = 0;
    for (Bytes subscription : subscriptions) {
      ByteBuffer buffer = ByteBuffer.wrap(subscription.array());
      if (buffer.remaining() < Short.BYTES || buffer.getShort() < 0) {
        return null;
      }
      try {
        var reader = new WireReader(buffer);
        int topicCount = reader.readArrayLength("topics", false, MIN_NAME_SIZE, Long.BYTES);
        for (int i = 0; i < topicCount; i++) {
          if (count == hashes.length) {
            int distinct = distinct(hashes, count);
            hashes = Arrays.copyOf(hashes, Math.max(2 * distinct, FIRST_CAPACITY));
            count = distinct;
          }
          hashes[count++] = hash(reader.readString("topics", false));
        }
        // What comes after them is the client's own.
        var _ = reader.readNullableBuffer("userData", false);
      } catch (MalformedMessageException e) {
        return null;
      }
    }
    return new SubscribedTopics(Arrays.copyOf(hashes, distinct(hashes, count)));
  }

  /** Sorts the first ones and moves those that differ to the front; says how many these are. */
  private static int distinct(long[] hashes, int count) {
    Arrays.sort(hashes, 0, count);
    int distinct = 0;
    for (int i = 0; i < count; i++) {
      if (i == 0 || hashes[i] != hashes[distinct - 1]) {
        hashes[distinct++] = hashes[i];
      }
    }
    return distinct;
  }

  private static long hash(String name) {
    long hash = FNV_BASIS;
    for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ each) * FNV_PRIME;
    }
    return hash;
  }

  boolean contains(String topic) {
    return Arrays.binarySearch(hashes, hash(topic)) >= 0;
  }

  long heapBytes() {
    return HeapBytes.ofArray(hashes.length * Long.BYTES);
  }
}
