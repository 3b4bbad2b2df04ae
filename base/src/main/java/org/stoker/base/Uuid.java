package org.stoker.base;

import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * The 128 bits that name a topic, a log directory or a broker incarnation, printed as Kafka does:
 * 22 characters of URL-safe Base64 without padding.
 */
public record Uuid(long mostSignificantBits, long leastSignificantBits)
    implements Comparable<Uuid> {
  /** Stands for "no id" on the wire. */
  public static final Uuid ZERO = new Uuid(0L, 0L);

  private static final int SIZE_BYTES = 16;
  private static final int LONGEST_TEXT = 24;

  /** A random one, of version 4, that never starts with a dash (it would read as a flag). */
  public static Uuid random(Seed seed) {
    while (true) {
      long most = (seed.nextLong() & 0xFFFFFFFFFFFF0FFFL) | 0x4000L;
      long least = (seed.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
      Uuid uuid = new Uuid(most, least);
      if (!uuid.toString().startsWith("-")) {
        return uuid;
      }
    }
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if the text is not the Base64 form of 16 bytes
   */
  public static Uuid parse(String text) {
    if (text.length() > LONGEST_TEXT) {
      throw new IllegalArgumentException("not an id, longer than 24 characters: " + text);
    }
    byte[] bytes = Base64.getUrlDecoder().decode(text);
    if (bytes.length != SIZE_BYTES) {
      throw new IllegalArgumentException("not an id of 16 bytes: " + text);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Uuid(buffer.getLong(), buffer.getLong());
  }

  @Override
  public int compareTo(Uuid other) {
    int byMost = Long.compareUnsigned(mostSignificantBits, other.mostSignificantBits);
    return byMost != 0
        ? byMost
        : Long.compareUnsigned(leastSignificantBits, other.leastSignificantBits);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(mostSignificantBits ^ leastSignificantBits);
  }

  @Override
  public String toString() {
    byte[] bytes =
        ByteBuffer.allocate(SIZE_BYTES)
            .putLong(mostSignificantBits)
            .putLong(leastSignificantBits)
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
