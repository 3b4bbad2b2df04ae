package org.stoker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.FindCoordinatorRequest;
import org.stoker.protocol.message.FindCoordinatorResponse;
import org.stoker.protocol.message.HeartbeatRequest;
import org.stoker.protocol.message.HeartbeatResponse;
import org.stoker.protocol.message.JoinGroupRequest;
import org.stoker.protocol.message.JoinGroupResponse;
import org.stoker.protocol.message.OffsetCommitRequest;
import org.stoker.protocol.message.OffsetCommitResponse;
import org.stoker.protocol.message.OffsetFetchRequest;
import org.stoker.protocol.message.OffsetFetchResponse;
import org.stoker.protocol.message.SyncGroupRequest;
import org.stoker.protocol.message.SyncGroupResponse;

/**
 * A member of a group by the classic protocol: joins, is given partitions, works through what is
 * committed of them, and commits how far it has got.
 *
 * <pre>
 * looking for the coordinator → joining → syncing → fetching offsets → working → (rebalance) joining
 * </pre>
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class GroupMember {
  static final String GROUP = "workers";
  private static final short CLASSIC_OFFSET_VERSION = 9;
  private static final int SESSION_TIMEOUT_MS = 1_500;
  private static final int REBALANCE_TIMEOUT_MS = 2_000;
  private static final int WORK_MS = 150;
  private static final int RETRY_MS = 100;

  private final Client client;
  private final String topic;
  private final int partitionCount;
  private final Reader reader;
  private final GroupHistory history;
  private final Map<Integer, Long> positions = new TreeMap<>();
  private String memberId = "";
  private int coordinator = -1;
  private int generation = -1;
  // Whatever belongs to an earlier life of this membership is dropped.
  private int life;

  /**
   * @param reader tells how far there is something to work on
   */
  GroupMember(
      Client client, String topic, int partitionCount, Reader reader, GroupHistory history) {
    this.client = client;
    this.topic = topic;
    this.partitionCount = partitionCount;
    this.reader = reader;
    this.history = history;
  }

  void start() {
    findCoordinator();
  }

  private interface OnAnswer {
    void take(Message answer);
  }

  /** Asks the coordinator; if it does not answer, or is none, another is looked for. */
  private void ask(Message request, OnAnswer onAnswer) {
    int asked = life;
    client.ask(
        coordinator,
        request,
        answer -> {
          if (asked != life) {
            return;
          }
          if (answer == null) {
            again(this::findCoordinator);
          } else {
            onAnswer.take(answer);
          }
        });
  }

  private void again(Runnable task) {
    int from = ++life;
    client.later(
        RETRY_MS,
        () -> {
          if (from == life) {
            task.run();
          }
        });
  }

  private void findCoordinator() {
    int asked = life;
    client.ask(
        client.anyBroker(),
        new FindCoordinatorRequest().setKeyType((byte) 0).setCoordinatorKeys(List.of(GROUP)),
        answer -> {
          if (asked != life) {
            return;
          }
          if (answer instanceof FindCoordinatorResponse response
              && response.coordinators().getFirst().errorCode() == 0) {
            coordinator = response.coordinators().getFirst().nodeId();
            join();
          } else {
            again(this::findCoordinator);
          }
        });
  }

  /** What an error of the coordinator means for this member. */
  private void failed(ErrorCode error) {
    client.counters().count("group answered with " + error);
    positions.clear();
    switch (error) {
      case UNKNOWN_MEMBER_ID -> {
        memberId = "";
        again(this::join);
      }
      case ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, MEMBER_ID_REQUIRED -> again(this::join);
      default -> again(this::findCoordinator);
    }
  }

  // ---- Joining.

  private void join() {
    positions.clear();
    ask(
        new JoinGroupRequest()
            .setGroupId(GROUP)
            .setSessionTimeoutMs(SESSION_TIMEOUT_MS)
            .setRebalanceTimeoutMs(REBALANCE_TIMEOUT_MS)
            .setMemberId(memberId)
            .setProtocolType("consumer")
            .setProtocols(
                List.of(
                    new JoinGroupRequest.JoinGroupRequestProtocol()
                        .setName("range")
                        .setMetadata(new byte[0]))),
        answer -> {
          var response = (JoinGroupResponse) answer;
          ErrorCode error = ErrorCode.forCode(response.errorCode());
          if (error == ErrorCode.MEMBER_ID_REQUIRED) {
            memberId = response.memberId();
          }
          if (error != ErrorCode.NONE) {
            failed(error);
            return;
          }
          memberId = response.memberId();
          generation = response.generationId();
          client.counters().count("group generations joined");
          sync(response);
        });
  }

  private void sync(JoinGroupResponse joined) {
    List<SyncGroupRequest.SyncGroupRequestAssignment> assignments = new ArrayList<>();
    if (joined.leader().equals(memberId)) {
      List<List<Integer>> shares = new ArrayList<>();
      joined.members().forEach(_ -> shares.add(new ArrayList<>()));
      for (int index = 0; index < partitionCount; index++) {
        shares.get(index % shares.size()).add(index);
      }
      for (int i = 0; i < shares.size(); i++) {
        assignments.add(
            new SyncGroupRequest.SyncGroupRequestAssignment()
                .setMemberId(joined.members().get(i).memberId())
                .setAssignment(bytesOf(shares.get(i))));
      }
    }
    ask(
        new SyncGroupRequest()
            .setGroupId(GROUP)
            .setGenerationId(generation)
            .setMemberId(memberId)
            .setProtocolType("consumer")
            .setProtocolName("range")
            .setAssignments(assignments),
        answer -> {
          var response = (SyncGroupResponse) answer;
          ErrorCode error = ErrorCode.forCode(response.errorCode());
          if (error == ErrorCode.NONE) {
            fetchOffsets(partitionsOf(response.assignment()));
          } else {
            failed(error);
          }
        });
  }

  private static byte[] bytesOf(List<Integer> partitions) {
    byte[] bytes = new byte[partitions.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = partitions.get(i).byteValue();
    }
    return bytes;
  }

  private static List<Integer> partitionsOf(byte[] bytes) {
    List<Integer> partitions = new ArrayList<>();
    for (byte one : bytes) {
      partitions.add((int) one);
    }
    return partitions;
  }

  private void fetchOffsets(List<Integer> partitions) {
    if (partitions.isEmpty()) {
      work();
      return;
    }
    Map<Integer, Long> atLeast = history.committedSoFar();
    int asked = life;
    client.ask(
        coordinator,
        new OffsetFetchRequest()
            .setRequireStable(true)
            .setGroups(
                List.of(
                    new OffsetFetchRequest.OffsetFetchRequestGroup()
                        .setGroupId(GROUP)
                        .setMemberEpoch(-1)
                        .setTopics(
                            List.of(
                                new OffsetFetchRequest.OffsetFetchRequestTopics()
                                    .setName(topic)
                                    .setPartitionIndexes(partitions))))),
        CLASSIC_OFFSET_VERSION,
        answer -> {
          if (asked == life) {
            offsetsFetched(answer, partitions, atLeast);
          }
        });
  }

  private void offsetsFetched(
      @Nullable Message answer, List<Integer> partitions, Map<Integer, Long> atLeast) {
    if (!(answer instanceof OffsetFetchResponse response)) {
      again(this::findCoordinator);
      return;
    }
    var group = response.groups().getFirst();
    ErrorCode error = ErrorCode.forCode(group.errorCode());
    if (error != ErrorCode.NONE) {
      failed(error);
      return;
    }
    for (var partition : group.topics().getFirst().partitions()) {
      if (partition.errorCode() != 0) {
        again(() -> fetchOffsets(partitions));
        return;
      }
      long committed = Math.max(0, partition.committedOffset());
      history.fetched(partition.partitionIndex(), committed, atLeast);
      positions.put(partition.partitionIndex(), committed);
    }
    work();
  }

  // ---- Working.

  private void work() {
    ask(
        new HeartbeatRequest().setGroupId(GROUP).setGenerationId(generation).setMemberId(memberId),
        answer -> {
          ErrorCode error = ErrorCode.forCode(((HeartbeatResponse) answer).errorCode());
          if (error != ErrorCode.NONE) {
            failed(error);
          } else {
            commit();
          }
        });
  }

  private void commit() {
    List<OffsetCommitRequest.OffsetCommitRequestPartition> partitions = new ArrayList<>();
    Map<Integer, Long> next = new TreeMap<>();
    positions.forEach((index, position) -> {
      long reached = Math.max(position, reader.nextOffset(topic, index));
      next.put(index, reached);
      partitions.add(
          new OffsetCommitRequest.OffsetCommitRequestPartition()
              .setPartitionIndex(index)
              .setCommittedOffset(reached)
              .setCommittedMetadata(""));
    });
    if (next.isEmpty() || next.equals(positions)) {
      workLater();
      return;
    }
    long newestGeneration = history.newestGeneration();
    int asked = life;
    client.ask(
        coordinator,
        new OffsetCommitRequest()
            .setGroupId(GROUP)
            .setGenerationIdOrMemberEpoch(generation)
            .setMemberId(memberId)
            .setTopics(
                List.of(
                    new OffsetCommitRequest.OffsetCommitRequestTopic()
                        .setName(topic)
                        .setPartitions(partitions))),
        CLASSIC_OFFSET_VERSION,
        answer -> {
          if (answer instanceof OffsetCommitResponse response) {
            committed(response, next, newestGeneration, asked == life);
          } else if (asked == life) {
            again(this::findCoordinator);
          }
        });
  }

  private void committed(
      OffsetCommitResponse response,
      Map<Integer, Long> offsets,
      long newestGeneration,
      boolean isStillMember) {
    ErrorCode error =
        ErrorCode.forCode(response.topics().getFirst().partitions().getFirst().errorCode());
    if (error == ErrorCode.NONE) {
      client.counters().count("offset commits");
      history.committed(client.name(), generation, offsets, newestGeneration);
    }
    if (!isStillMember) {
      return;
    }
    if (error == ErrorCode.NONE) {
      positions.putAll(offsets);
      workLater();
    } else {
      failed(error);
    }
  }

  private void workLater() {
    int from = life;
    client.later(
        WORK_MS,
        () -> {
          if (from == life) {
            work();
          }
        });
  }
}
