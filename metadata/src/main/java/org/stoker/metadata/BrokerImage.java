package org.stoker.metadata;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;

/**
 * A broker as the cluster knows it.
 *
 * @param epoch names this registration; requests of an earlier one are refused
 * @param incarnation names this run of the process
 * @param endpoints where it listens, in the order of its configuration
 * @param features what it supports
 * @param fenced whether it must not lead nor be in sync
 * @param logDirs the ids of its log directories
 */
public record BrokerImage(
    int id,
    long epoch,
    Uuid incarnation,
    List<Endpoint> endpoints,
    Map<String, FeatureRange> features,
    @Nullable String rack,
    boolean fenced,
    boolean inControlledShutdown,
    List<Uuid> logDirs) {
  public BrokerImage {
    endpoints = List.copyOf(endpoints);
    features = Map.copyOf(features);
    logDirs = List.copyOf(logDirs);
  }

  /** Where it listens under this name, or null if it does not. */
  public @Nullable Endpoint endpoint(String listener) {
    for (Endpoint endpoint : endpoints) {
      if (endpoint.listener().equals(listener)) {
        return endpoint;
      }
    }
    return null;
  }

  /**
   * Whether this log directory works, as far as is known: a replica may not have been given one
   * yet.
   */
  public boolean hasDirectory(Uuid directory) {
    boolean isNone =
        directory.equals(LogDirectoryId.UNASSIGNED) || directory.equals(LogDirectoryId.MIGRATING);
    return isNone || logDirs.isEmpty() || logDirs.contains(directory);
  }

  /** Whether it may lead partitions and be in sync. */
  public boolean isActive() {
    return !fenced && !inControlledShutdown;
  }
}
