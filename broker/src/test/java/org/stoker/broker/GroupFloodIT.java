package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.SyncGroupResponse;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with its default heap, and clients that want it to keep more than that. */
final class GroupFloodIT {
  private static final String TOPIC = "topic";
  private static final int MEMBERS = 240;
  private static final int METADATA_SIZE = 900_000;
  private static final int GROUPS = 40_000;
  private static final String NOTE = "n".repeat(4_000);
  private static final int CONNECTIONS = 16;
  private static final int IN_FLIGHT = 64;
  // Before members had to come twice, and with one group in each request.
  private static final short JOIN_VERSION = 3;
  private static final short SYNC_VERSION = 2;
  private static final short COMMIT_VERSION = 6;
  private static final short FETCH_VERSION = 6;

  private final int port = UnusedPort.any();

  @TempDir private Path data;

  private BrokerProcess start() throws IOException {
    return BrokerProcess.start(
        data, port, "group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=4");
  }

  @Test
  void aFloodOfMembersAndOffsetsNeitherEndsABrokerNorKeepsItFromStarting() throws Exception {
    int oldGroups;
    try (BrokerProcess broker = start()) {
      prepare(broker.awaitReady());
      try (var bystander = new RawConnection(port)) {
        bystander.ask(
            FindCoordinatorResponse.class,
            ApiKeys.FIND_COORDINATOR,
            (short) 4,
            new FindCoordinatorRequestData().setCoordinatorKeys(List.of("bystander")));
        assertThat(commit(bystander, "bystander", 1)).isEqualTo(Errors.NONE);

        int members = floodWithMembers();
        assertThat(members).isBetween(1, MEMBERS - 1);
        assertThat(commit(bystander, "bystander", 2)).isEqualTo(Errors.NONE);

        oldGroups = floodWithOffsets();
        assertThat(oldGroups).isBetween(1_000, GROUPS);
        assertThat(commit(bystander, "bystander", 3)).isEqualTo(Errors.NONE);
      }
      assertThat(broker.isAlive()).isTrue();
      broker.kill();
    }

    try (BrokerProcess broker = start()) {
      broker.awaitReady();
      try (var bystander = new RawConnection(port)) {
        awaitLoaded(bystander, "bystander", "flood-0", "small");
        assertThat(commit(bystander, "bystander", 4)).isEqualTo(Errors.NONE);
        assertThat(fetched(bystander, "bystander").committedOffset()).isEqualTo(4);
        assertThat(fetched(bystander, "flood-0").metadata()).isEqualTo(NOTE);
        assertThat(commit(bystander, "flood-0", 9)).isEqualTo(Errors.NONE);
        assertThat(join(bystander, "small", 10).error()).isEqualTo(Errors.NONE);
      }
      assertThat(broker.isAlive()).isTrue();
    }
  }

  /** Clients ask again, too, while the coordinator reads its log. */
  private static void awaitLoaded(RawConnection connection, String... groups) {
    for (String group : groups) {
      Awaitility.await()
          .atMost(RunningBroker.PATIENCE)
          .pollInSameThread()
          .until(() -> errorOf(fetch(connection, group)) != Errors.COORDINATOR_LOAD_IN_PROGRESS);
    }
  }

  private static void prepare(String address) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      admin
          .createTopics(List.of(new NewTopic(TOPIC, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
  }

  // ---- Members.

  /** Each in a group of its own, stored in the log; says how many were taken. */
  private int floodWithMembers() throws Exception {
    int taken = 0;
    try (var connection = new RawConnection(port)) {
      for (int i = 0; i < MEMBERS; i++) {
        JoinGroupResponse joined = join(connection, "members-" + i, METADATA_SIZE);
        if (joined.error() == Errors.NONE) {
          taken++;
          assertThat(sync(connection, "members-" + i, joined)).isEqualTo(Errors.NONE);
        } else {
          assertThat(joined.error()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
        }
      }
    }
    return taken;
  }

  private static JoinGroupResponse join(RawConnection connection, String group, int metadataSize)
      throws IOException {
    var protocols = new JoinGroupRequestProtocolCollection();
    protocols.add(
        new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[metadataSize]));
    return connection.ask(
        JoinGroupResponse.class,
        ApiKeys.JOIN_GROUP,
        JOIN_VERSION,
        new JoinGroupRequestData()
            .setGroupId(group)
            .setSessionTimeoutMs(600_000)
            .setRebalanceTimeoutMs(600_000)
            .setProtocolType("consumer")
            .setProtocols(protocols));
  }

  private static Errors sync(RawConnection connection, String group, JoinGroupResponse joined)
      throws IOException {
    String memberId = joined.data().memberId();
    return connection
        .ask(
            SyncGroupResponse.class,
            ApiKeys.SYNC_GROUP,
            SYNC_VERSION,
            new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGenerationId(joined.data().generationId())
                .setAssignments(
                    List.of(
                        new SyncGroupRequestAssignment()
                            .setMemberId(memberId)
                            .setAssignment(new byte[1]))))
        .error();
  }

  // ---- Offsets.

  /** Each of a new group; says how many were taken. */
  private int floodWithOffsets() throws Exception {
    var next = new AtomicInteger();
    var taken = new AtomicInteger();
    Callable<@Nullable Void> flood =
        () -> {
          try (var connection = new RawConnection(port)) {
            floodWithOffsets(connection, next, taken);
          }
          return null;
        };
    try (var floods = Executors.newVirtualThreadPerTaskExecutor()) {
      var started = new ArrayList<Future<?>>();
      for (int i = 0; i < CONNECTIONS; i++) {
        started.add(floods.submit(flood));
      }
      for (Future<?> one : started) {
        one.get();
      }
    }
    return taken.get();
  }

  private static void floodWithOffsets(
      RawConnection connection, AtomicInteger next, AtomicInteger taken) throws IOException {
    int inFlight = 0;
    boolean isOver = false;
    while (!isOver || inFlight > 0) {
      while (!isOver && inFlight < IN_FLIGHT) {
        int number = next.getAndIncrement();
        isOver = number >= GROUPS;
        if (!isOver) {
          connection.tell(
              ApiKeys.OFFSET_COMMIT, COMMIT_VERSION, commitOf("flood-" + number, 1, NOTE));
          inFlight++;
        }
      }
      if (inFlight > 0) {
        ByteBuffer answer = connection.receive();
        answer.getInt();
        Errors error =
            only(OffsetCommitResponse.parse(new ByteBufferAccessor(answer), COMMIT_VERSION));
        assertThat(error).isIn(Errors.NONE, Errors.INVALID_COMMIT_OFFSET_SIZE);
        taken.addAndGet(error == Errors.NONE ? 1 : 0);
        inFlight--;
      }
    }
  }

  private static Errors commit(RawConnection connection, String group, long offset)
      throws IOException {
    return only(
        connection.ask(
            OffsetCommitResponse.class,
            ApiKeys.OFFSET_COMMIT,
            COMMIT_VERSION,
            commitOf(group, offset, NOTE)));
  }

  private static OffsetCommitRequestData commitOf(String group, long offset, String metadata) {
    return new OffsetCommitRequestData()
        .setGroupId(group)
        .setTopics(
            List.of(
                new OffsetCommitRequestTopic()
                    .setName(TOPIC)
                    .setPartitions(
                        List.of(
                            new OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(offset)
                                .setCommittedMetadata(metadata)))));
  }

  private static Errors only(OffsetCommitResponse response) {
    return Errors.forCode(response.data().topics().getFirst().partitions().getFirst().errorCode());
  }

  private static OffsetFetchResponsePartition fetched(RawConnection connection, String group)
      throws IOException {
    return fetch(connection, group).data().topics().getFirst().partitions().getFirst();
  }

  private static Errors errorOf(OffsetFetchResponse response) {
    return Errors.forCode(response.data().errorCode());
  }

  private static OffsetFetchResponse fetch(RawConnection connection, String group)
      throws IOException {
    return connection.ask(
        OffsetFetchResponse.class,
        ApiKeys.OFFSET_FETCH,
        FETCH_VERSION,
        new OffsetFetchRequestData().setGroupId(group).setTopics(null));
  }
}
