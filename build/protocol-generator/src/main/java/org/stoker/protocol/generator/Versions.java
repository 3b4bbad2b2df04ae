package org.stoker.protocol.generator;

/**
 * A range of message versions, both ends included; lowest above highest means no version at all.
 */
public record Versions(int lowest, int highest) {
  public static final int OPEN_END = Short.MAX_VALUE;
  public static final Versions NONE = new Versions(0, -1);
  public static final Versions ALL = new Versions(0, OPEN_END);

  public Versions {
    if (lowest < 0 || highest > OPEN_END) {
      throw new IllegalArgumentException("versions " + lowest + " to " + highest);
    }
  }

  /** Reads {@code "3"}, {@code "3+"}, {@code "3-7"} or {@code "none"}. */
  public static Versions parse(String text) {
    String spec = text.strip();
    if (spec.equals("none")) {
      return NONE;
    }
    if (spec.endsWith("+")) {
      return new Versions(Integer.parseInt(spec.substring(0, spec.length() - 1)), OPEN_END);
    }
    int dash = spec.indexOf('-');
    if (dash < 0) {
      int only = Integer.parseInt(spec);
      return new Versions(only, only);
    }
    return new Versions(
        Integer.parseInt(spec.substring(0, dash)), Integer.parseInt(spec.substring(dash + 1)));
  }

  public boolean isEmpty() {
    return lowest > highest;
  }

  public boolean contains(int version) {
    return version >= lowest && version <= highest;
  }

  public boolean containsAll(Versions other) {
    return other.isEmpty() || (lowest <= other.lowest && highest >= other.highest);
  }

  public Versions intersect(Versions other) {
    int low = Math.max(lowest, other.lowest);
    int high = Math.min(highest, other.highest);
    return low > high ? NONE : new Versions(low, high);
  }

  /** What is left without {@code other}, which must not split this range in two. */
  public Versions subtract(Versions other) {
    Versions removed = intersect(other);
    if (removed.isEmpty()) {
      return this;
    }
    if (removed.lowest == lowest) {
      return removed.highest == highest ? NONE : new Versions(removed.highest + 1, highest);
    }
    if (removed.highest == highest) {
      return new Versions(lowest, removed.lowest - 1);
    }
    throw new IllegalArgumentException(this + " without " + other + " is two ranges");
  }

  /**
   * The Java condition under which {@code version}, known to be one of {@code possible}, is ours.
   */
  Condition among(Versions possible) {
    Versions ours = intersect(possible);
    if (ours.isEmpty()) {
      return Condition.NEVER;
    }
    if (ours.equals(possible)) {
      return Condition.ALWAYS;
    }
    if (ours.lowest == possible.lowest) {
      return new Condition("version <= " + ours.highest);
    }
    if (ours.highest == possible.highest) {
      return new Condition("version >= " + ours.lowest);
    }
    return new Condition("version >= " + ours.lowest + " && version <= " + ours.highest);
  }

  @Override
  public String toString() {
    if (isEmpty()) {
      return "none";
    }
    if (lowest == highest) {
      return Integer.toString(lowest);
    }
    return highest == OPEN_END ? lowest + "+" : lowest + "-" + highest;
  }
}
