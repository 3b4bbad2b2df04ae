package org.stoker.metadata;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the cluster must know about configuration keys; the broker, which declares them, tells. */
public interface ConfigRules {
  /** Whether the key's value is a list, so that it can be appended to. */
  boolean isList(ConfigResource.Type type, String key);

  /** What the key is when nobody has set it dynamically; null if that is nothing. */
  @Nullable String defaultValue(ConfigResource.Type type, String key);

  /** What is wrong with this dynamic configuration of a resource as a whole; null if nothing. */
  @Nullable Result problemWith(ConfigResource resource, Map<String, String> values);
}
