package org.stoker.protocol.generator;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.stoker.protocol.generator.FieldType.Scalar;

/** One field of a struct, as its definition describes it. */
public record FieldDefinition(
    String name,
    FieldType type,
    Versions versions,
    Versions nullableVersions,
    Versions taggedVersions,
    int tag,
    @Nullable Versions ownFlexibleVersions,
    String defaultText,
    boolean ignorable,
    boolean zeroCopy,
    String about) {
  public static final int NO_TAG = -1;

  public FieldDefinition {
    if ((tag == NO_TAG) != taggedVersions.isEmpty()) {
      throw new IllegalArgumentException(name + ": tag and taggedVersions belong together");
    }
    if (!versions.containsAll(taggedVersions)) {
      throw new IllegalArgumentException(name + ": tagged in versions that do not have it");
    }
  }

  public String javaName() {
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  public String setterName() {
    return "set" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  /** Versions in which the field has its place in the struct, rather than a tag after it. */
  public Versions mandatoryVersions() {
    return versions.subtract(taggedVersions);
  }

  public boolean isTagged() {
    return tag != NO_TAG;
  }

  public boolean isNullable() {
    return !nullableVersions.isEmpty() || defaultsToNull();
  }

  public boolean defaultsToNull() {
    return defaultText.equals("null") || type == Scalar.RECORDS;
  }

  public boolean isBuffer() {
    return type == Scalar.BYTES && zeroCopy;
  }
}
