package org.stoker.settings;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key's value in force, where it came from, and every place that has a say in it, the strongest
 * first (KIP-226).
 *
 * @param value null if none is set
 */
public record ConfigEntry(
    ConfigKey key, @Nullable String value, ConfigSource source, List<Synonym> synonyms) {

  /** One place that names a value. */
  public record Synonym(String name, @Nullable String value, ConfigSource source) {}
}
