package org.stoker.metadata;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;

/**
 * What the registered brokers and a topic's configuration say about one partition.
 *
 * @param returning brokers that have just registered in a new life, and are about to serve
 */
record ReplicaFacts(
    Map<Integer, BrokerImage> brokers,
    PartitionImage partition,
    int minInSyncReplicas,
    boolean keepsEligibleReplicas,
    boolean allowsUncleanLeaders,
    Set<Integer> returning)
    implements PartitionTransition.Surroundings {

  @Override
  public boolean mayLead(int broker) {
    BrokerImage registered = brokers.get(broker);
    return registered != null && registered.isActive() && !hasLostItsDisk(registered);
  }

  @Override
  public boolean isReturning(int broker) {
    return returning.contains(broker) && !hasLostItsDisk(broker);
  }

  /**
   * Whether a broker is there without the directory in which it kept the partition: it failed, or
   * was replaced. Not known of one that is away.
   */
  boolean hasLostItsDisk(int broker) {
    BrokerImage registered = brokers.get(broker);
    return registered != null && hasLostItsDisk(registered);
  }

  private boolean hasLostItsDisk(BrokerImage registered) {
    int at = partition.replicas().indexOf(registered.id());
    if (at < 0 || registered.logDirs().isEmpty()) {
      return false;
    }
    Uuid directory = partition.directories().get(at);
    return !LogDirectoryId.isReserved(directory) && !registered.logDirs().contains(directory);
  }

  @Override
  public Uuid directoryOf(int broker) {
    @Nullable BrokerImage registered = brokers.get(broker);
    return registered == null ? LogDirectoryId.UNASSIGNED : LogDirectoryId.firstChoice(registered);
  }
}
