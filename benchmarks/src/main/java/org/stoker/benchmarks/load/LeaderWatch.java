package org.stoker.benchmarks.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.stoker.base.Clock;

/**
 * Asks one broker over and over who leads a topic's first partition, on a connection of its own: a
 * client of Kafka would choose itself whom it asks, and wait between its questions.
 */
final class LeaderWatch implements AutoCloseable {
  private static final short VERSION = 12;
  private static final long REST_NS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int PATIENCE_MS = 60_000;

  private final Clock clock;
  private final String topic;
  private final Socket socket;
  private int correlationId;

  LeaderWatch(Clock clock, Node broker, String topic) throws IOException {
    this.clock = clock;
    this.topic = topic;
    socket = new Socket(broker.host(), broker.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MS);
  }

  /**
   * When it first told of another leader.
   *
   * @param untilNs when it is given up, by the clock's monotonic time
   * @throws JobFailed if it has not told of one by then
   */
  long untilToldOfAnother(int leader, long untilNs) throws IOException, JobFailed {
    while (true) {
      int now = leader();
      long nowNs = clock.monotonicNs();
      if (now >= 0 && now != leader) {
        return nowNs;
      }
      if (nowNs > untilNs) {
        throw new JobFailed("a broker never told of another leader than " + leader);
      }
      LockSupport.parkNanos(REST_NS);
    }
  }

  /** −1 if there is none. */
  private int leader() throws IOException {
    var request =
        new MetadataRequestData()
            .setAllowAutoTopicCreation(false)
            .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)));
    var header = new RequestHeader(ApiKeys.METADATA, VERSION, "watch", ++correlationId);
    ByteBuffer body =
        RequestUtils.serialize(header.data(), header.headerVersion(), request, VERSION);
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + body.remaining());
    frame.putInt(body.remaining()).put(body);
    socket.getOutputStream().write(frame.array());
    var in = new DataInputStream(socket.getInputStream());
    byte[] answer = new byte[in.readInt()];
    in.readFully(answer);
    var told = (MetadataResponse) AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
    List<MetadataResponsePartition> partitions = told.data().topics().find(topic).partitions();
    return partitions.isEmpty() ? -1 : partitions.getFirst().leaderId();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
