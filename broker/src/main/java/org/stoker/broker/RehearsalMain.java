package org.stoker.broker;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.stoker.base.SystemClock;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.ResponseFrame;
import org.stoker.protocol.WireWriter;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.CreateTopicsRequest;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FindCoordinatorRequest;
import org.stoker.protocol.message.InitProducerIdRequest;
import org.stoker.protocol.message.MetadataRequest;
import org.stoker.protocol.message.MetadataResponse;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.records.BatchBuilder;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;
import org.stoker.settings.ServerProperties;

/**
 * Starts a broker in an empty directory, gives it a little of everything to do, and stops it: the
 * JVM watches, and writes an ahead-of-time cache from what it saw, with which later starts are much
 * faster.
 */
public final class RehearsalMain {
  private static final int PRODUCES = 1_000;
  private static final int RECORD_BYTES = 1_000;
  private static final String TOPIC = "rehearsal";

  private final DataInputStream in;
  private final DataOutputStream out;
  private int correlationId;

  private RehearsalMain(Socket socket) throws IOException {
    in = new DataInputStream(socket.getInputStream());
    // In one piece, else each request waits for the acknowledgement of its first half.
    out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    socket.setTcpNoDelay(true);
  }

  /**
   * Runs the rehearsal.
   *
   * @param arguments one: an empty directory
   */
  public static void main(String[] arguments) throws Exception {
    CommandLine.Run run =
        (CommandLine.Run)
            CommandLine.parse(List.of("start", "--data-dir", arguments[0], "--port", "0"));
    ServerProperties properties = run.properties();
    BrokerAssembly broker =
        new BrokerAssembly(BrokerConfig.of(properties.toSettings()), System.err::println);
    broker.start();
    String[] address = broker.bootstrapServers().split(":", -1);
    try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
      new RehearsalMain(socket).play();
    } finally {
      broker.stop();
    }
    System.out.println("Rehearsed in " + Path.of(arguments[0]));
  }

  private void play() throws IOException {
    ask(
        ApiKey.API_VERSIONS,
        new ApiVersionsRequest().setClientSoftwareName("rehearsal").setClientSoftwareVersion("1"));
    ask(
        ApiKey.CREATE_TOPICS,
        new CreateTopicsRequest()
            .setTimeoutMs(30_000)
            .setTopics(
                List.of(
                    new CreateTopicsRequest.CreatableTopic()
                        .setName(TOPIC)
                        .setNumPartitions(1)
                        .setReplicationFactor((short) 1))));
    MetadataResponse metadata =
        (MetadataResponse)
            ask(
                ApiKey.METADATA,
                new MetadataRequest()
                    .setTopics(List.of(new MetadataRequest.MetadataRequestTopic().setName(TOPIC))));
    ask(ApiKey.INIT_PRODUCER_ID, new InitProducerIdRequest().setTransactionTimeoutMs(1_000));
    ask(ApiKey.FIND_COORDINATOR, new FindCoordinatorRequest().setCoordinatorKeys(List.of(TOPIC)));
    for (int i = 0; i < PRODUCES; i++) {
      ask(ApiKey.PRODUCE, produce(metadata.topics().getFirst()));
      ask(ApiKey.FETCH, fetch(metadata.topics().getFirst(), i));
    }
  }

  private static ProduceRequest produce(MetadataResponse.MetadataResponseTopic topic) {
    try (BatchBuilder batch = BatchBuilder.uncompressed()) {
      batch.append(
          new SystemClock().wallMs(),
          TOPIC.getBytes(StandardCharsets.UTF_8),
          new byte[RECORD_BYTES]);
      return new ProduceRequest()
          .setAcks((short) -1)
          .setTimeoutMs(30_000)
          .setTopicData(
              List.of(
                  new ProduceRequest.TopicProduceData()
                      .setTopicId(topic.topicId())
                      .setPartitionData(
                          List.of(
                              new ProduceRequest.PartitionProduceData()
                                  .setIndex(0)
                                  .setRecords(new MemoryRecordBytes(batch.build()))))));
    }
  }

  private static FetchRequest fetch(MetadataResponse.MetadataResponseTopic topic, long offset) {
    return new FetchRequest()
        .setMaxWaitMs(100)
        .setMinBytes(1)
        .setMaxBytes(1 << 20)
        .setSessionEpoch(-1)
        .setTopics(
            List.of(
                new FetchRequest.FetchTopic()
                    .setTopicId(topic.topicId())
                    .setPartitions(
                        List.of(
                            new FetchRequest.FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(1 << 20)))));
  }

  private Message ask(ApiKey key, Message request) throws IOException {
    short version = key.highestStableVersion();
    WireWriter writer = new WireWriter(256);
    RequestFrame.write(writer, key, version, correlationId++, "rehearsal", request);
    writer.forEachPart(new SocketParts());
    out.flush();
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return ResponseFrame.read(ByteBuffer.wrap(frame), key, version).body();
  }

  private final class SocketParts implements WireWriter.PartVisitor {
    @Override
    public void bytes(ByteBuffer bytes) {
      write(bytes);
    }

    @Override
    public void records(RecordBytes records) {
      write(((MemoryRecordBytes) records).buffer());
    }

    private void write(ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      try {
        out.write(copy);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
