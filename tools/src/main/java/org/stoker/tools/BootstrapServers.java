package org.stoker.tools;

import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a {@code --bootstrap-server} before a client does, for a message that names the form.
 */
final class BootstrapServers {
  private BootstrapServers() {}

  static void check(@Nullable String servers) {
    if (servers == null || servers.isBlank()) {
      throw new IllegalArgumentException("Error while validating the bootstrap address\n");
    }
    String[] addresses = servers.split(",", 0);
    for (String address : addresses) {
      if (Utils.getPort(address) == null) {
        throw malformed();
      }
    }
    if (addresses.length == 0) {
      throw malformed();
    }
  }

  private static IllegalArgumentException malformed() {
    return new IllegalArgumentException(
        "Please provide valid host:port like host1:9091,host2:9092\n");
  }
}
