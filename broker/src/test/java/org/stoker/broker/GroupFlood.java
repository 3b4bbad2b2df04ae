package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
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
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.SyncGroupResponse;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Clients that want a broker with its default heap to keep more groups than fit into it. */
final class GroupFlood {
  static final String TOPIC = "topic";
  static final int MEMBERS = 240;
  static final String NOTE = "n".repeat(4_000);

  private static final int METADATA_SIZE = 900_000;
  private static final int CONNECTIONS = 16;
  private static final int IN_FLIGHT = 64;
  // Before members had to come twice, and with one group in each request.
  private static final short JOIN_VERSION = 3;
  private static final short SYNC_VERSION = 2;
  private static final short COMMIT_VERSION = 6;
  private static final short FETCH_VERSION = 6;

  private final int port;

  GroupFlood(int port) {
    this.port = port;
  }

  /** The topic that offsets are committed of. */
  static void prepare(String address) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      admin
          .createTopics(List.of(new NewTopic(TOPIC, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
  }

  /** Clients ask again, too, while the coordinator reads its log. */
  static void awaitLoaded(RawConnection connection, String... groups) {
    for (String group : groups) {
      Awaitility.await()
          .atMost(RunningBroker.PATIENCE)
          .pollInSameThread()
          .until(() -> errorOf(fetch(connection, group)) != Errors.COORDINATOR_LOAD_IN_PROGRESS);
    }
  }

  /**
   * A large one in each of {@value #MEMBERS} groups, stored in the log; says how many were taken.
   */
  int members() throws Exception {
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

  static JoinGroupResponse join(RawConnection connection, String group, int metadataSize)
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

  /** One of each of so many groups; says how many were taken. */
  int offsets(int groups, String note) throws Exception {
    var next = new AtomicInteger();
    var taken = new AtomicInteger();
    Callable<@Nullable Void> flood =
        () -> {
          try (var connection = new RawConnection(port)) {
            offsets(connection, groups, note, next, taken);
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

  private static void offsets(
      RawConnection connection, int groups, String note, AtomicInteger next, AtomicInteger taken)
      throws IOException {
    int inFlight = 0;
    boolean isOver = false;
    while (!isOver || inFlight > 0) {
      while (!isOver && inFlight < IN_FLIGHT) {
        int number = next.getAndIncrement();
        isOver = number >= groups;
        if (!isOver) {
          connection.tell(
              ApiKeys.OFFSET_COMMIT, COMMIT_VERSION, commitOf("flood-" + number, 1, note));
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

  static Errors commit(RawConnection connection, String group, long offset) throws IOException {
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

  static OffsetFetchResponsePartition fetched(RawConnection connection, String group)
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
