package org.stoker.settings;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keys of one listener: {@code listener.name.internal.max.connections} (KIP-103, KIP-226). */
final class ListenerKeys {
  private static final Pattern NAME = Pattern.compile("listener\\.name\\.[^.]*\\.(.*)");

  /** Keys before which a SASL mechanism may stand, too. */
  private static final Set<String> OF_MECHANISMS =
      Set.of(
          "sasl.jaas.config",
          "sasl.login.callback.handler.class",
          "sasl.login.class",
          "sasl.server.callback.handler.class",
          "connections.max.reauth.ms");

  private ListenerKeys() {}

  /** The name of the key that holds for all listeners; null if this is not a listener's key. */
  static @Nullable String baseName(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    String base = matcher.group(1);
    return OF_MECHANISMS.stream().filter(base::endsWith).findFirst().orElse(base);
  }
}
