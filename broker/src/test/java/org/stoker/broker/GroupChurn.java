package org.stoker.broker;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.SyncGroupResponse;

/**
 * Many groups whose members come and go, each on a connection of its own, while a bystander commits
 * offsets and notes how long each commit took: a program for people, against a broker that runs.
 *
 * <pre>GroupChurn HOST:PORT GROUPS MEMBERS SECONDS LIFE-MS</pre>
 *
 * Topic {@code churn} with one partition must exist.
 */
@SuppressWarnings("SystemOut")
final class GroupChurn {
  private static final short JOIN_VERSION = 5;
  private static final short SYNC_VERSION = 3;
  private static final short HEARTBEAT_VERSION = 3;
  private static final short LEAVE_VERSION = 3;
  private static final short COMMIT_VERSION = 6;
  private static final int HEARTBEAT_EVERY_MS = 1_000;

  private final int port;
  private final int groupCount;
  private final int membersPerGroup;
  private final int lifeMs;
  private final AtomicLong joins = new AtomicLong();
  private final AtomicLong leaves = new AtomicLong();
  private final AtomicLong heartbeats = new AtomicLong();
  private volatile boolean isOver;

  private GroupChurn(String[] arguments) {
    port = Integer.parseInt(arguments[0].substring(arguments[0].indexOf(':') + 1));
    groupCount = Integer.parseInt(arguments[1]);
    membersPerGroup = Integer.parseInt(arguments[2]);
    lifeMs = Integer.parseInt(arguments[4]);
  }

  public static void main(String[] arguments) throws Exception {
    new GroupChurn(arguments).run(Integer.parseInt(arguments[3]));
  }

  private void run(int seconds) throws Exception {
    try (var first = new Connection()) {
      first.ask(
          ApiKeys.FIND_COORDINATOR,
          (short) 4,
          new FindCoordinatorRequestData().setCoordinatorKeys(List.of("bystander")));
      report("alone", bystander(first, 5));
      try (var members = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < groupCount * membersPerGroup; i++) {
          int number = i;
          running.add(
              members.submit(() -> {
                member("churn-" + number % groupCount, new SplittableRandom(number));
                return null;
              }));
        }
        report("while groups form", bystander(first, seconds));
        report("while members come and go", bystander(first, seconds));
        isOver = true;
        int failed = 0;
        for (Future<?> one : running) {
          try {
            one.get();
          } catch (java.util.concurrent.ExecutionException e) {
            if (failed++ == 0) {
              System.out.println("a member failed: " + e.getCause());
            }
          }
        }
        System.out.println(failed + " members failed");
      }
    }
  }

  private void report(String phase, long[] tookNs) {
    Arrays.sort(tookNs);
    System.out.printf(
        "%-26s %6d commits, p50 %.1f ms, p99 %.1f ms, max %.1f ms; joins %d, leaves %d, heartbeats"
            + " %d%n",
        phase,
        tookNs.length,
        tookNs[tookNs.length / 2] / 1e6,
        tookNs[tookNs.length * 99 / 100] / 1e6,
        tookNs[tookNs.length - 1] / 1e6,
        joins.getAndSet(0),
        leaves.getAndSet(0),
        heartbeats.getAndSet(0));
  }

  /** Commits every 10 ms. */
  private static long[] bystander(Connection connection, int seconds) throws Exception {
    int count = seconds * 100;
    long[] tookNs = new long[count];
    java.util.concurrent.locks.LockSupport.parkNanos(1);
    long startNs = nowNs();
    for (int i = 0; i < count; i++) {
      long dueNs = startNs + i * 10_000_000L;
      while (nowNs() < dueNs) {
        java.util.concurrent.locks.LockSupport.parkNanos(dueNs - nowNs());
      }
      var request =
          new OffsetCommitRequestData()
              .setGroupId("bystander")
              .setTopics(
                  List.of(
                      new OffsetCommitRequestTopic()
                          .setName("churn")
                          .setPartitions(
                              List.of(
                                  new OffsetCommitRequestPartition()
                                      .setPartitionIndex(0)
                                      .setCommittedOffset(i)
                                      .setCommittedMetadata("")))));
      var response =
          (OffsetCommitResponse) connection.ask(ApiKeys.OFFSET_COMMIT, COMMIT_VERSION, request);
      Errors error =
          Errors.forCode(response.data().topics().getFirst().partitions().getFirst().errorCode());
      if (error != Errors.NONE) {
        throw new IllegalStateException("the bystander is told " + error);
      }
      // From when it was due: a commit that waits keeps the next one waiting, too.
      tookNs[i] = nowNs() - dueNs;
    }
    return tookNs;
  }

  private static long nowNs() {
    return new org.stoker.base.SystemClock().monotonicNs();
  }

  // ---- One member.

  private void member(String group, SplittableRandom random) throws Exception {
    while (!isOver) {
      try (var connection = new Connection()) {
        live(connection, group, random);
      }
    }
  }

  private void live(Connection connection, String group, SplittableRandom random) throws Exception {
    long endNs = nowNs() + (lifeMs / 2 + random.nextInt(lifeMs)) * 1_000_000L;
    String memberId = "";
    while (!isOver && nowNs() < endNs) {
      var joined =
          (JoinGroupResponse)
              connection.ask(ApiKeys.JOIN_GROUP, JOIN_VERSION, joinOf(group, memberId));
      joins.incrementAndGet();
      memberId = joined.data().memberId();
      if (joined.error() != Errors.NONE) {
        if (joined.error() == Errors.UNKNOWN_MEMBER_ID) {
          memberId = "";
        }
        continue;
      }
      var synced =
          (SyncGroupResponse)
              connection.ask(ApiKeys.SYNC_GROUP, SYNC_VERSION, syncOf(group, joined));
      if (synced.error() != Errors.NONE) {
        continue;
      }
      heartbeat(connection, group, joined, endNs);
    }
    connection.ask(
        ApiKeys.LEAVE_GROUP,
        LEAVE_VERSION,
        new LeaveGroupRequestData()
            .setGroupId(group)
            .setMembers(List.of(new MemberIdentity().setMemberId(memberId))));
    leaves.incrementAndGet();
  }

  private void heartbeat(Connection connection, String group, JoinGroupResponse joined, long endNs)
      throws Exception {
    Errors error = Errors.NONE;
    while (error == Errors.NONE && !isOver && nowNs() < endNs) {
      java.util.concurrent.locks.LockSupport.parkNanos(HEARTBEAT_EVERY_MS * 1_000_000L);
      heartbeats.incrementAndGet();
      error =
          ((HeartbeatResponse)
                  connection.ask(
                      ApiKeys.HEARTBEAT,
                      HEARTBEAT_VERSION,
                      new HeartbeatRequestData()
                          .setGroupId(group)
                          .setMemberId(joined.data().memberId())
                          .setGenerationId(joined.data().generationId())))
              .error();
    }
  }

  private static JoinGroupRequestData joinOf(String group, String memberId) {
    var protocols = new JoinGroupRequestProtocolCollection();
    protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(subscription()));
    return new JoinGroupRequestData()
        .setGroupId(group)
        .setMemberId(memberId)
        .setSessionTimeoutMs(60_000)
        .setRebalanceTimeoutMs(60_000)
        .setProtocolType("consumer")
        .setProtocols(protocols);
  }

  private static byte[] subscription() {
    return ByteBuffer.allocate(2 + 4 + 2 + 5 + 4)
        .putShort((short) 0)
        .putInt(1)
        .putShort((short) 5)
        .put("churn".getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .putInt(-1)
        .array();
  }

  private static SyncGroupRequestData syncOf(String group, JoinGroupResponse joined) {
    var request =
        new SyncGroupRequestData()
            .setGroupId(group)
            .setMemberId(joined.data().memberId())
            .setGenerationId(joined.data().generationId());
    joined
        .data()
        .members()
        .forEach(member ->
            request
                .assignments()
                .add(
                    new SyncGroupRequestAssignment()
                        .setMemberId(member.memberId())
                        .setAssignment(new byte[100])));
    return request;
  }

  /** As {@link RawConnection}, with patience. */
  private final class Connection implements AutoCloseable {
    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    private final OutputStream out = socket.getOutputStream();
    private final DataInputStream in = new DataInputStream(socket.getInputStream());
    private int correlationId;

    Connection() throws IOException {
      socket.setTcpNoDelay(true);
    }

    AbstractResponse ask(ApiKeys key, short version, ApiMessage request) throws IOException {
      RequestHeader header = new RequestHeader(key, version, "churn", ++correlationId);
      ByteBuffer frame =
          RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
      ByteBuffer whole = ByteBuffer.allocate(4 + frame.remaining());
      whole.putInt(frame.remaining()).put(frame);
      out.write(whole.array());
      byte[] answer = new byte[in.readInt()];
      in.readFully(answer);
      return AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
