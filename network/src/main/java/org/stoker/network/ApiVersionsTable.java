package org.stoker.network;

import org.stoker.protocol.ApiKey;

/** What one listener serves. */
@FunctionalInterface
public interface ApiVersionsTable {
  boolean isSupported(ApiKey apiKey, short version);
}
