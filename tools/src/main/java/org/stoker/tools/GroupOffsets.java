package org.stoker.tools;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** Asks the cluster for the offsets that {@code consumer-groups} works with. */
final class GroupOffsets {
  private final Admin admin;
  private final ConsumerGroupsOptions options;

  GroupOffsets(Admin admin, ConsumerGroupsOptions options) {
    this.admin = admin;
    this.options = options;
  }

  Map<TopicPartition, OffsetAndMetadata> committed(String group)
      throws ExecutionException, InterruptedException {
    var committed = new HashMap<TopicPartition, OffsetAndMetadata>();
    admin
        .listConsumerGroupOffsets(
            Map.of(group, new ListConsumerGroupOffsetsSpec()),
            options.withTimeout(new ListConsumerGroupOffsetsOptions()))
        .partitionsToOffsetAndMetadata(group)
        .get()
        .forEach((partition, offset) -> {
          if (offset != null) {
            committed.put(partition, offset);
          }
        });
    return committed;
  }

  /** A partition without such an offset has the offset −1. */
  Map<TopicPartition, Long> list(Collection<TopicPartition> partitions, OffsetSpec spec)
      throws ExecutionException, InterruptedException {
    var wanted = new HashMap<TopicPartition, OffsetSpec>();
    partitions.forEach(partition -> wanted.put(partition, spec));
    Map<TopicPartition, ListOffsetsResultInfo> found =
        admin.listOffsets(wanted, options.withTimeout(new ListOffsetsOptions())).all().get();
    var offsets = new TreeMap<TopicPartition, Long>(PartitionOrder.BY_TOPIC);
    found.forEach((partition, offset) -> offsets.put(partition, offset.offset()));
    return offsets;
  }

  Map<TopicPartition, Long> endsOfThoseWithLeader(Set<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    if (partitions.isEmpty()) {
      return Map.of();
    }
    var withLeader = new HashSet<>(partitions);
    withLeader.removeAll(leaderless(partitions));
    return list(withLeader, OffsetSpec.latest());
  }

  List<TopicPartition> leaderless(Collection<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    var leaderless = new ArrayList<TopicPartition>();
    for (TopicDescription topic : describe(topicsOf(partitions)).values()) {
      for (TopicPartitionInfo info : topic.partitions()) {
        var partition = new TopicPartition(topic.name(), info.partition());
        if (info.leader() == null && partitions.contains(partition)) {
          leaderless.add(partition);
        }
      }
    }
    return leaderless;
  }

  Set<TopicPartition> existing(Collection<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    return partitionsOf(topicsOf(partitions));
  }

  /** Every partition of the topics. */
  Set<TopicPartition> partitionsOf(Collection<String> topics)
      throws ExecutionException, InterruptedException {
    var partitions = new HashSet<TopicPartition>();
    for (TopicDescription topic : describe(topics).values()) {
      for (TopicPartitionInfo info : topic.partitions()) {
        partitions.add(new TopicPartition(topic.name(), info.partition()));
      }
    }
    return partitions;
  }

  private static Set<String> topicsOf(Collection<TopicPartition> partitions) {
    var topics = new HashSet<String>();
    partitions.forEach(partition -> topics.add(partition.topic()));
    return topics;
  }

  private Map<String, TopicDescription> describe(Collection<String> topics)
      throws ExecutionException, InterruptedException {
    return admin
        .describeTopics(topics, options.withTimeout(new DescribeTopicsOptions()))
        .allTopicNames()
        .get();
  }

  /** Reads {@code orders:0,1}. */
  static List<TopicPartition> parsePartitions(String argument) {
    String[] halves = argument.split(":", 0);
    if (halves.length != 2) {
      throw new IllegalArgumentException(
          "Invalid topic arg '" + argument + "', expected topic name and partitions");
    }
    var partitions = new ArrayList<TopicPartition>();
    for (String number : halves[1].split(",", 0)) {
      try {
        partitions.add(new TopicPartition(halves[0], Integer.parseInt(number)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "Invalid partition '" + number + "' specified in topic arg '" + argument + "''");
      }
    }
    return partitions;
  }
}
