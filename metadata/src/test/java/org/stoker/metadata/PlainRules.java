package org.stoker.metadata;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.protocol.ErrorCode;

/** Rules for a handful of keys: enough to tell a good configuration from a bad one. */
final class PlainRules implements ConfigRules {
  @Override
  public boolean isList(ConfigResource.Type type, String key) {
    return key.equals("cleanup.policy");
  }

  @Override
  public @Nullable String defaultValue(ConfigResource.Type type, String key) {
    return key.equals("cleanup.policy") ? "delete" : null;
  }

  @Override
  public @Nullable Result problemWith(ConfigResource resource, Map<String, String> values) {
    String retention = values.get("retention.ms");
    if (retention != null && !retention.matches("-?\\d+")) {
      return wrong("retention.ms is a number, not " + retention);
    }
    return values.containsKey("nonsense") ? wrong("there is no key nonsense") : null;
  }

  private static Result wrong(String message) {
    return new Result(ErrorCode.INVALID_CONFIG, message);
  }
}
