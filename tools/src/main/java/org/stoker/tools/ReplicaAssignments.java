package org.stoker.tools;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Reads {@code 1:2,2:3}: the brokers of each partition's replicas, preferred leader first. */
final class ReplicaAssignments {
  record Assignment(int partition, List<Integer> brokers) {}

  private ReplicaAssignments() {}

  static List<Assignment> parse(String text) {
    var assignments = new ArrayList<Assignment>();
    for (String brokers : text.split(",", 0)) {
      var assignment = new Assignment(assignments.size(), parseBrokers(brokers));
      assignments.add(assignment);
      if (assignment.brokers().size() != assignments.getFirst().brokers().size()) {
        throw new ToolFailure(
            "Partition "
                + assignment.partition()
                + " has different replication factor: "
                + assignment.brokers());
      }
    }
    return assignments;
  }

  private static List<Integer> parseBrokers(String text) {
    var brokers = new ArrayList<Integer>();
    var twice = new LinkedHashSet<String>();
    for (String word : text.split(":", 0)) {
      int broker = Integer.parseInt(word.strip());
      if (brokers.contains(broker)) {
        twice.add(Integer.toString(broker));
      }
      brokers.add(broker);
    }
    if (!twice.isEmpty()) {
      throw new ToolFailure(
          "Partition replica lists may not contain duplicate entries: " + String.join(",", twice));
    }
    return brokers;
  }
}
