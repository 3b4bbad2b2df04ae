package org.stoker.benchmarks.compare;

import java.util.List;
import java.util.Map;
import org.stoker.benchmarks.compare.BrokerUnderComparison.Installation;

/**
 * Three brokers that are to form a cluster; the place in the list is the id, from 1.
 *
 * @param zooKeeper where ZooKeeper runs beside them; its command is empty if they need none
 */
record ClusterPlan(List<Installation> members, ZooKeeper zooKeeper) {
  static final int BROKERS = 3;

  /** What all of them are given: each has every record, and most must have it on disk. */
  static final Map<String, String> SETTINGS =
      Map.of(
          "default.replication.factor", "3",
          "min.insync.replicas", "2",
          "offsets.topic.replication.factor", "3");

  /** A process that is started before the brokers. */
  record ZooKeeper(List<String> command, int port) {
    static final ZooKeeper NONE = new ZooKeeper(List.of(), -1);

    boolean isNeeded() {
      return !command.isEmpty();
    }
  }
}
