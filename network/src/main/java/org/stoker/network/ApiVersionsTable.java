package org.stoker.network;

import org.stoker.protocol.ApiKey;

/** What one listener serves: exactly what ApiVersions advertises there. */
@FunctionalInterface
public interface ApiVersionsTable {
  boolean isSupported(ApiKey apiKey, short version);
}
