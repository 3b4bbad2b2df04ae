package org.stoker.metadata;

import org.jspecify.annotations.Nullable;

/**
 * What a dynamic configuration belongs to.
 *
 * @param name a topic, a broker id, a group or a subscription; for brokers "" means all of them
 */
public record ConfigResource(Type type, String name) {
  /**
   * The same in every JVM, which an enum's own is not: orders that follow from it can be repeated.
   */
  @Override
  public int hashCode() {
    return 31 * type.id() + name.hashCode();
  }

  /** The kinds that the cluster stores, with Kafka's numbers. */
  public enum Type {
    TOPIC(2),
    BROKER(4),
    CLIENT_METRICS(16),
    GROUP(32);

    private final byte id;

    Type(int id) {
      this.id = (byte) id;
    }

    public byte id() {
      return id;
    }

    /** The type with this number, or null if the cluster stores none such. */
    public static @Nullable Type forId(byte id) {
      for (Type type : values()) {
        if (type.id == id) {
          return type;
        }
      }
      return null;
    }
  }

  public static ConfigResource topic(String name) {
    return new ConfigResource(Type.TOPIC, name);
  }

  public static ConfigResource broker(int id) {
    return new ConfigResource(Type.BROKER, Integer.toString(id));
  }

  /** What applies to every broker that does not say otherwise. */
  public static ConfigResource everyBroker() {
    return new ConfigResource(Type.BROKER, "");
  }

  public static ConfigResource group(String name) {
    return new ConfigResource(Type.GROUP, name);
  }

  @Override
  public String toString() {
    return type + " '" + name + "'";
  }
}
