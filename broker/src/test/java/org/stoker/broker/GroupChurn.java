package org.stoker.broker;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.SyncGroupResponse;

/**
 * Many groups whose members come and go, each on a connection of its own, beside a {@link
 * Bystander} in its own process: a program for people, against a broker that runs.
 *
 * <pre>GroupChurn HOST:PORT GROUPS MEMBERS SECONDS LIFE-MS</pre>
 *
 * Topic {@code bystander} with one partition must exist.
 */
@SuppressWarnings("SystemOut")
final class GroupChurn {
  private static final short JOIN_VERSION = 5;
  private static final short SYNC_VERSION = 3;
  private static final short HEARTBEAT_VERSION = 3;
  private static final short LEAVE_VERSION = 3;
  private static final int HEARTBEAT_EVERY_MS = 1_000;

  private final int port;
  private final int groupCount;
  private final int membersPerGroup;
  private final int lifeMs;
  private final AtomicLong joins = new AtomicLong();
  private final AtomicLong leaves = new AtomicLong();
  private final AtomicLong heartbeats = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile String lastFailure = "nothing";

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
    try (var bystander = Bystander.start("localhost:" + port);
        var members = Executors.newVirtualThreadPerTaskExecutor()) {
      bystander.phase("while groups form");
      for (int i = 0; i < groupCount * membersPerGroup; i++) {
        int number = i;
        members.execute(() -> member("churn-" + number % groupCount, new SplittableRandom(number)));
      }
      pause(seconds);
      report("while groups form");
      bystander.phase("while members come and go");
      pause(seconds);
      report("while members come and go");
      System.out.println(bystander.end());
      System.out.println(failures + " connections broke, the last with " + lastFailure);
      // Members wait for an answer as long as a rebalance may take.
      System.exit(0);
    }
  }

  private static void pause(int seconds) {
    long endNs = nowNs() + seconds * 1_000_000_000L;
    while (nowNs() < endNs) {
      LockSupport.parkNanos(endNs - nowNs());
    }
  }

  private void report(String phase) {
    System.out.printf(
        "%s: joins %d, leaves %d, heartbeats %d%n",
        phase, joins.getAndSet(0), leaves.getAndSet(0), heartbeats.getAndSet(0));
  }

  private static long nowNs() {
    return new org.stoker.base.SystemClock().monotonicNs();
  }

  // ---- One member.

  private void member(String group, SplittableRandom random) {
    while (true) {
      try (var connection = new Connection()) {
        live(connection, group, random);
      } catch (IOException broken) {
        failures.incrementAndGet();
        lastFailure = broken.toString();
      }
    }
  }

  private void live(Connection connection, String group, SplittableRandom random)
      throws IOException {
    long endNs = nowNs() + (lifeMs / 2 + random.nextInt(lifeMs)) * 1_000_000L;
    String memberId = "";
    while (nowNs() < endNs) {
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
      throws IOException {
    Errors error = Errors.NONE;
    while (error == Errors.NONE && nowNs() < endNs) {
      LockSupport.parkNanos(HEARTBEAT_EVERY_MS * 1_000_000L);
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
