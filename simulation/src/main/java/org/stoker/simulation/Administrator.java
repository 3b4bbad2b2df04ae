package org.stoker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Uuid;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.TopicImage;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.AlterPartitionReassignmentsRequest;
import org.stoker.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import org.stoker.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import org.stoker.protocol.message.CreatePartitionsRequest;
import org.stoker.protocol.message.CreateTopicsRequest;
import org.stoker.protocol.message.CreateTopicsRequest.CreatableTopic;
import org.stoker.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import org.stoker.protocol.message.CreateTopicsResponse;
import org.stoker.protocol.message.DeleteRecordsRequest;
import org.stoker.protocol.message.DeleteRecordsResponse;
import org.stoker.protocol.message.DeleteTopicsRequest;
import org.stoker.protocol.message.DeleteTopicsResponse;
import org.stoker.protocol.message.ElectLeadersRequest;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import org.stoker.protocol.message.IncrementalAlterConfigsResponse;
import org.stoker.protocol.message.ListPartitionReassignmentsRequest;

/** Creates, changes and deletes topics, and remembers what it was told. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Administrator {
  private static final int TIMEOUT_MS = 2_000;
  private static final byte TOPIC = 2;
  private static final short COPIES = 3;
  private static final long ALL_COMMITTED = -1;
  private static final String FLUSH_ACKS = "log.flush.acks";
  private static final String LARGEST_MESSAGE = "max.message.bytes";
  private static final byte SET = 0;
  private static final byte DELETE = 1;
  // A record alone may have 20,000 bytes, and a batch several of them.
  private static final int SMALL_SEGMENT_BYTES = 65_536;
  private static final int LARGE_SEGMENT_BYTES = 1 << 20;

  private final Client client;
  private final SimulatedCluster cluster;
  private final TreeSet<String> wanted = new TreeSet<>();
  // What was acknowledged to be there, and not asked to be deleted since.
  private final Map<String, Uuid> created = new TreeMap<>();
  private final Map<String, Uuid> deleted = new TreeMap<>();
  private final List<String> lasting = new ArrayList<>();
  private int made;

  Administrator(Client client, SimulatedCluster cluster) {
    this.client = client;
    this.cluster = cluster;
  }

  /** Whether everything that must be there was created. */
  boolean isDone() {
    return wanted.isEmpty();
  }

  /** Asks until the topic is there; it is never deleted. */
  void create(String topic, int partitions) {
    wanted.add(topic);
    lasting.add(topic);
    askForLasting(topic, partitions);
  }

  private void askForLasting(String topic, int partitions) {
    create(
        topic,
        partitions,
        error -> {
          if (error == ErrorCode.NONE || error == ErrorCode.TOPIC_ALREADY_EXISTS) {
            wanted.remove(topic);
          } else {
            client.later(200, () -> askForLasting(topic, partitions));
          }
        });
  }

  private interface OnError {
    void ended(ErrorCode error);
  }

  private void create(String topic, int partitions, OnError onEnd) {
    client.ask(
        client.anyBroker(),
        new CreateTopicsRequest()
            .setTimeoutMs(TIMEOUT_MS)
            .setTopics(
                List.of(
                    new CreatableTopic()
                        .setName(topic)
                        .setNumPartitions(partitions)
                        .setReplicationFactor(COPIES)
                        .setConfigs(configs(topic)))),
        answer -> {
          ErrorCode error = ErrorCode.REQUEST_TIMED_OUT;
          if (answer instanceof CreateTopicsResponse response) {
            error = ErrorCode.forCode(response.topics().getFirst().errorCode());
            if (error == ErrorCode.NONE) {
              created.put(topic, response.topics().getFirst().topicId());
            }
          }
          client.counters().count("create topic answered with " + error);
          onEnd.ended(error);
        });
  }

  /** Half of the topics have many small segments, and all of them indexes with many entries. */
  private List<CreatableTopicConfig> configs(String topic) {
    Map<String, Object> values = new TreeMap<>();
    int smallest = client.seed().oneIn(2) ? SMALL_SEGMENT_BYTES : LARGE_SEGMENT_BYTES;
    values.put("segment.ms", 300 + client.seed().nextInt(6_000));
    values.put("internal.segment.bytes", smallest + client.seed().nextInt(smallest));
    values.put("index.interval.bytes", 100 + client.seed().nextInt(2_000));
    if (lasting.contains(topic) && client.seed().oneIn(2)) {
      // Until nothing goes wrong any more that it would be lost by; segments are rolled meanwhile.
      values.put(FLUSH_ACKS, false);
      values.put("segment.ms", 200);
    }
    return values.entrySet().stream()
        .map(entry ->
            new CreatableTopicConfig()
                .setName(entry.getKey())
                .setValue(String.valueOf(entry.getValue())))
        .toList();
  }

  /** From now on what is acknowledged in the topics that last is to be on the disk. */
  void flushAcks() {
    wanted.addAll(lasting);
    lasting.forEach(this::flushAcks);
  }

  private void flushAcks(String topic) {
    client.ask(
        client.anyBroker(),
        change(topic, FLUSH_ACKS, SET, "true"),
        answer -> {
          if (isDone(answer)) {
            wanted.remove(topic);
          } else {
            client.later(200, () -> flushAcks(topic));
          }
        });
  }

  private static boolean isDone(@Nullable Message answer) {
    return answer instanceof IncrementalAlterConfigsResponse response
        && response.responses().getFirst().errorCode() == 0;
  }

  private static IncrementalAlterConfigsRequest change(
      String topic, String key, byte operation, String value) {
    return new IncrementalAlterConfigsRequest()
        .setResources(
            List.of(
                new AlterConfigsResource()
                    .setResourceType(TOPIC)
                    .setResourceName(topic)
                    .setConfigs(
                        List.of(
                            new AlterableConfig()
                                .setName(key)
                                .setConfigOperation(operation)
                                .setValue(value)))));
  }

  // ---- In the middle of everything.

  /** Creates a topic, or deletes one that it created before. */
  void deleteOne() {
    List<String> candidates =
        created.keySet().stream().filter(name -> !lasting.contains(name)).toList();
    if (candidates.isEmpty()) {
      create("topic-" + made++, 1 + client.seed().nextInt(3), _ -> {});
      // Made and deleted in one breath, as often as not.
      client.later(300, this::deleteIfAny);
    } else {
      delete(candidates.get(client.seed().nextInt(candidates.size())));
    }
  }

  private void deleteIfAny() {
    created.keySet().stream()
        .filter(name -> !lasting.contains(name))
        .findFirst()
        .ifPresent(this::delete);
  }

  private void delete(String topic) {
    Uuid id = created.remove(topic);
    if (id == null) {
      return;
    }
    client.ask(
        client.anyBroker(),
        new DeleteTopicsRequest()
            .setTimeoutMs(TIMEOUT_MS)
            .setTopics(List.of(new DeleteTopicsRequest.DeleteTopicState().setTopicId(id))),
        answer -> {
          if (answer instanceof DeleteTopicsResponse response
              && response.responses().getFirst().errorCode() == 0) {
            client.counters().count("topics deleted");
            deleted.put(topic, id);
          }
        });
  }

  /** Moves a partition to other brokers, or the same in another order. */
  void reassign() {
    String topic = lasting.get(client.seed().nextInt(lasting.size()));
    List<Integer> brokers = new ArrayList<>();
    for (int id = 1; id <= cluster.size(); id++) {
      brokers.add(client.seed().nextInt(brokers.size() + 1), id);
    }
    tell(
        new AlterPartitionReassignmentsRequest()
            .setTimeoutMs(TIMEOUT_MS)
            .setTopics(
                List.of(
                    new ReassignableTopic()
                        .setName(topic)
                        .setPartitions(
                            List.of(
                                new ReassignablePartition()
                                    .setPartitionIndex(client.seed().nextInt(2))
                                    .setReplicas(brokers.subList(0, COPIES)))))));
  }

  /** Deletes the oldest records of a partition: some that were read, or all that is committed. */
  void deleteRecords() {
    String topic = lasting.get(client.seed().nextInt(lasting.size()));
    int index = client.seed().nextInt(2);
    client.refresh(
        lasting,
        () -> {
          var leader = client.leaderOf(topic, index);
          var known = client.topic(topic);
          if (leader != null && known != null) {
            deleteRecords(topic, new History.Partition(known.topicId(), index), leader.leaderId());
          }
        });
  }

  private void deleteRecords(String topic, History.Partition partition, int leader) {
    History history = client.history();
    long before =
        client.seed().oneIn(4)
            ? ALL_COMMITTED
            : client.seed().nextInt((int) history.readUpTo(partition) + 1);
    history.deletionAsked(partition, before);
    client.ask(
        leader,
        new DeleteRecordsRequest()
            .setTimeoutMs(TIMEOUT_MS)
            .setTopics(
                List.of(
                    new DeleteRecordsRequest.DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(
                            List.of(
                                new DeleteRecordsRequest.DeleteRecordsPartition()
                                    .setPartitionIndex(partition.index())
                                    .setOffset(before))))),
        answer -> {
          if (answer instanceof DeleteRecordsResponse response) {
            var result = response.topics().getFirst().partitions().getFirst();
            history.deletionAnswered(
                partition, before, result.errorCode() == 0 ? result.lowWatermark() : -1);
          }
        });
  }

  /** For a while one topic takes less than what lies in it already. */
  void lowerLargestMessage(int longestMs) {
    String topic = lasting.get(client.seed().nextInt(lasting.size()));
    setLargestMessage(topic, String.valueOf(80 + client.seed().nextInt(100)));
    client.later(longestMs, () -> raiseLargestMessage(topic));
  }

  /** Until it is answered: with the lower value nobody could produce for good. */
  private void raiseLargestMessage(String topic) {
    client.ask(
        client.anyBroker(),
        change(topic, LARGEST_MESSAGE, DELETE, ""),
        answer -> {
          if (!isDone(answer)) {
            client.later(200, () -> raiseLargestMessage(topic));
          }
        });
  }

  private void setLargestMessage(String topic, String bytes) {
    tell(change(topic, LARGEST_MESSAGE, SET, bytes));
  }

  void changeSomething() {
    String topic = lasting.get(client.seed().nextInt(lasting.size()));
    switch (client.seed().nextInt(5)) {
      case 0 -> create("topic-" + made++, 1 + client.seed().nextInt(3), _ -> {});
      case 1 ->
          tell(
              new ElectLeadersRequest()
                  .setElectionType((byte) 0)
                  .setTopicPartitions(null)
                  .setTimeoutMs(TIMEOUT_MS));
      case 2 ->
          tell(
              change(topic, "segment.ms", SET, String.valueOf(300 + client.seed().nextInt(6_000))));
      case 3 -> tell(new ListPartitionReassignmentsRequest().setTopics(null));
      default -> addPartitions(topic);
    }
  }

  private void addPartitions(String topic) {
    ClusterImage image = cluster.image();
    TopicImage known = image == null ? null : image.topic(topic);
    int count = known == null ? 3 : Math.min(4, known.partitions().size() + 1);
    tell(
        new CreatePartitionsRequest()
            .setTimeoutMs(TIMEOUT_MS)
            .setTopics(
                List.of(
                    new CreatePartitionsRequest.CreatePartitionsTopic()
                        .setName(topic)
                        .setCount(count)
                        .setAssignments(null))));
  }

  private void tell(Message request) {
    client.ask(client.anyBroker(), request, this::told);
  }

  private void told(@Nullable Message answer) {
    client.counters().count(answer == null ? "changes unanswered" : "changes answered");
  }

  // ---- Judging.

  /** What was acknowledged is there, and what was deleted is not. */
  void judge(ClusterImage image) {
    created.forEach((name, id) -> {
      if (image.topic(id) == null) {
        client.history().violation(name + " was created, and is not there");
      }
    });
    deleted.forEach((name, id) -> {
      if (image.topic(id) != null) {
        client.history().violation(name + " was deleted, and is there");
      }
    });
  }
}
