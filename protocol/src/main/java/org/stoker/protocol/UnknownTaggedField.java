package org.stoker.protocol;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tagged field that the definition at hand does not know. */
public final class UnknownTaggedField {
  private final int tag;
  private final byte[] data;

  /** Takes the array as it is: whoever passes it does not change it afterwards. */
  public UnknownTaggedField(int tag, byte[] data) {
    this.tag = tag;
    this.data = data;
  }

  public int tag() {
    return tag;
  }

  /** The field's bytes themselves, not a copy; they are not to be changed. */
  public byte[] data() {
    return data;
  }

  /** Versions that are not flexible have no place for tags. */
  public static void requireNone(@Nullable List<UnknownTaggedField> fields, short version) {
    if (fields != null && !fields.isEmpty()) {
      throw UnsupportedVersionException.field("struct", "tagged field", version);
    }
  }

  /** Equality of two lists, where none and an empty list are the same. */
  public static boolean same(
      @Nullable List<UnknownTaggedField> left, @Nullable List<UnknownTaggedField> right) {
    if (left == null || left.isEmpty()) {
      return right == null || right.isEmpty();
    }
    return left.equals(right);
  }

  @Override
  public boolean equals(@Nullable Object object) {
    return object instanceof UnknownTaggedField other
        && tag == other.tag
        && Arrays.equals(data, other.data);
  }

  @Override
  public int hashCode() {
    return 31 * tag + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "UnknownTaggedField(tag=" + tag + ", data=" + WireSize.describe(data) + ")";
  }
}
