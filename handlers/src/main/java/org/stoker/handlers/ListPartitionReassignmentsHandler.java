package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.ListPartitionReassignmentsRequest;
import org.stoker.protocol.message.ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics;
import org.stoker.protocol.message.ListPartitionReassignmentsResponse;
import org.stoker.protocol.message.ListPartitionReassignmentsResponse.OngoingPartitionReassignment;
import org.stoker.protocol.message.ListPartitionReassignmentsResponse.OngoingTopicReassignment;

/** ListPartitionReassignments (KIP-455): what is on its way to other brokers. */
final class ListPartitionReassignmentsHandler
    implements Handler<ListPartitionReassignmentsRequest> {
  private static final long BYTES_OF_PARTITION = 200;

  private final ClusterView cluster;

  ListPartitionReassignmentsHandler(ClusterView cluster) {
    this.cluster = cluster;
  }

  @Override
  public void handle(ListPartitionReassignmentsRequest body, RequestContext context) {
    ClusterImage image = cluster.image();
    List<OngoingTopicReassignment> ongoing = new ArrayList<>();
    List<ListPartitionReassignmentsTopics> asked = body.topics();
    long most =
        asked == null
            ? image.topicsByName().values().stream().mapToLong(all -> all.partitions().size()).sum()
            : asked.stream().mapToLong(topic -> topic.partitionIndexes().size()).sum();
    if (!Answers.isTaken(context, BYTES_OF_PARTITION * most)) {
      return;
    }
    if (asked == null) {
      for (TopicImage topic : new TreeMap<>(image.topicsByName()).values()) {
        add(topic, IntStream.range(0, topic.partitions().size()).boxed().toList(), ongoing);
      }
    } else {
      for (ListPartitionReassignmentsTopics topic : asked) {
        add(image.topic(topic.name()), topic.partitionIndexes(), ongoing);
      }
    }
    context.respond(new ListPartitionReassignmentsResponse().setTopics(ongoing));
  }

  /** A topic or partition that does not exist is not on its way anywhere. */
  private static void add(
      @Nullable TopicImage topic, List<Integer> indexes, List<OngoingTopicReassignment> ongoing) {
    if (topic == null) {
      return;
    }
    List<OngoingPartitionReassignment> partitions = new ArrayList<>();
    for (int index : indexes) {
      if (index >= 0 && index < topic.partitions().size()) {
        PartitionImage partition = topic.partitions().get(index);
        if (partition.isBeingReassigned()) {
          partitions.add(
              new OngoingPartitionReassignment()
                  .setPartitionIndex(index)
                  .setReplicas(partition.replicas())
                  .setAddingReplicas(partition.addingReplicas())
                  .setRemovingReplicas(partition.removingReplicas()));
        }
      }
    }
    if (!partitions.isEmpty()) {
      ongoing.add(new OngoingTopicReassignment().setName(topic.name()).setPartitions(partitions));
    }
  }
}
