package org.stoker.metadata;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;

/**
 * Who this broker says it is.
 *
 * @param incarnation made anew at each start of the process
 * @param logDirs the ids of its log directories, whose locks it holds: who held them before is gone
 */
public record BrokerIdentity(
    int id,
    Uuid incarnation,
    List<Endpoint> endpoints,
    @Nullable String rack,
    List<Uuid> logDirs,
    Map<String, FeatureRange> features) {
  public BrokerIdentity {
    endpoints = List.copyOf(endpoints);
    logDirs = List.copyOf(logDirs);
    features = Map.copyOf(features);
  }

  /**
   * The registration as it is stored; its epoch is that of the node it is stored in. It is fenced:
   * its first heartbeat says that the broker serves.
   */
  BrokerImage registration() {
    return new BrokerImage(id, -1, incarnation, endpoints, features, rack, true, false, logDirs);
  }
}
