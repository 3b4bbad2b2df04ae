package org.stoker.tools;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.jspecify.annotations.Nullable;

/** What the brokers of a cluster say of it, counted for each of them. */
final class ClusterStatus {
  private static final int TIMEOUT_MS = 5_000;
  static final int NOBODY = -1;

  /** How many partitions a broker leads, keeps in sync, and should keep. */
  static final class Counts {
    int leads;
    int inSync;
    int keeps;
  }

  private final int controller;
  private final Map<Integer, Counts> byBroker = new HashMap<>();
  private int partitions;
  private int underReplicated;
  private int leaderless;

  private ClusterStatus(int controller, Collection<TopicDescription> topics) {
    this.controller = controller;
    for (TopicDescription topic : topics) {
      topic.partitions().forEach(this::count);
    }
  }

  private void count(TopicPartitionInfo partition) {
    partitions++;
    underReplicated += partition.isr().size() < partition.replicas().size() ? 1 : 0;
    Node leader = partition.leader();
    if (leader == null || leader.isEmpty()) {
      leaderless++;
    } else {
      of(leader.id()).leads++;
    }
    partition.isr().forEach(node -> of(node.id()).inSync++);
    partition.replicas().forEach(node -> of(node.id()).keeps++);
  }

  /** Asks those brokers; null if none of them answers. */
  static @Nullable ClusterStatus ask(List<LocalBroker> running)
      throws IOException, InterruptedException {
    if (running.isEmpty()) {
      return null;
    }
    var addresses = new ArrayList<String>();
    for (LocalBroker broker : running) {
      addresses.add(broker.address());
    }
    var config = new Properties();
    config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, String.join(",", addresses));
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    try (Admin admin = Admin.create(config)) {
      DescribeClusterResult cluster = admin.describeCluster();
      Node controller = cluster.controller().get();
      var names = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
      var topics = admin.describeTopics(names).allTopicNames().get().values();
      return new ClusterStatus(controller == null ? NOBODY : controller.id(), topics);
    } catch (ExecutionException e) {
      return null;
    }
  }

  int controller() {
    return controller;
  }

  Counts of(int broker) {
    return byBroker.computeIfAbsent(broker, _ -> new Counts());
  }

  String summary() {
    return "%d partitions, %d under-replicated, %d without a leader"
        .formatted(partitions, underReplicated, leaderless);
  }
}
