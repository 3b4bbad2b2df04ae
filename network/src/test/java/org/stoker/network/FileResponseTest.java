package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.records.FileRecordBytes;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

/** Fetch responses whose records go from a file to the socket. */
final class FileResponseTest {
  private static final short VERSION = 12;
  private static final int FILE_BYTES = 5_000_003;
  private static final int FROM = 1_001;

  private final HeldRequests held = new HeldRequests();
  private final AtomicInteger references = new AtomicInteger();

  @TempDir private Path directory;
  private byte[] content;
  private Path file;
  private FileChannel channel;

  @BeforeEach
  void writeFile() throws IOException {
    content = new byte[FILE_BYTES];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 7 + i / 253);
    }
    file = directory.resolve("00000000000000000000.log");
    Files.write(file, content);
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @AfterEach
  void everyReferenceWasGivenBackAndTheChannelIsStillOpen() throws IOException {
    RunningNetwork.await("all references are given back", () -> references.get() == 0);
    assertThat(channel.isOpen()).isTrue();
    channel.close();
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void arriveAsTheyLieInTheFileBetweenRecordsFromMemory(Transport transport)
      throws IOException, InterruptedException {
    byte[] inMemory = {1, 2, 3};
    try (var network = RunningNetwork.on(transport, held)) {
      RawClient client = network.connect();
      client.sendFrame(fetch(3));
      held.take()
          .respond(
              response(
                  new Slice(FROM, FILE_BYTES - FROM),
                  new MemoryRecordBytes(ByteBuffer.wrap(inMemory)),
                  new Slice(0, 10)));

      ByteBuffer frame = client.readFrame();
      assertThat(frame.getInt()).isEqualTo(3);
      assertThat(frame.get()).as("no tagged fields in the header").isZero();
      List<FetchResponseData.PartitionData> partitions =
          new FetchResponseData(new ByteBufferAccessor(frame), VERSION)
              .responses()
              .getFirst()
              .partitions();
      assertThat(bytesOf(partitions.get(0)))
          .isEqualTo(ByteBuffer.wrap(content, FROM, FILE_BYTES - FROM));
      assertThat(bytesOf(partitions.get(1))).isEqualTo(ByteBuffer.wrap(inMemory));
      assertThat(bytesOf(partitions.get(2))).isEqualTo(ByteBuffer.wrap(content, 0, 10));
      assertThat(frame.hasRemaining()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void closeTheConnectionWhenTheFileIsShorterThanPromised(Transport transport)
      throws IOException, InterruptedException {
    try (var network = RunningNetwork.on(transport, held)) {
      RawClient client = network.connect();
      RawClient other = network.connect();
      client.sendFrame(fetch(1));
      RequestContext request = held.take();
      FetchResponse response = response(new Slice(0, FILE_BYTES));
      channel.truncate(2_000_000);
      request.respond(response);

      assertThat(client.drain())
          .as("no byte stands in for those that are gone")
          .isLessThan(2_000_200);
      other.sendFrame(KafkaFrames.metadata(2));
      RequestContext next = held.take();
      next.respond(RunningNetwork.emptyResponse(next));
      assertThat(other.readCorrelationId()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void areReleasedWhenTheClientLeavesHalfWay(Transport transport)
      throws IOException, InterruptedException {
    try (var network = RunningNetwork.on(transport, held)) {
      RawClient client = network.connect(4_096);
      client.sendFrame(fetch(1));
      held.take().respond(response(new Slice(0, FILE_BYTES), new Slice(5, 2_000_000)));
      assertThat(client.readBytes(100)).hasSize(100);
      assertThat(references.get()).isPositive();
      client.reset();

      RunningNetwork.await(
          "the connection is gone", () -> network.network().connectionCount() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void areReleasedWhenTheyAreAnsweredTooLate(Transport transport)
      throws IOException, InterruptedException {
    try (var network = RunningNetwork.on(transport, held)) {
      RawClient client = network.connect();
      client.sendFrame(fetch(1));
      RequestContext request = held.take();
      client.reset();
      RunningNetwork.await(
          "the connection is gone", () -> network.network().connectionCount() == 0);

      request.respond(response(new Slice(0, FILE_BYTES)));
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void areReleasedWhenTheyAreAnsweredAfterTheEnd(Transport transport)
      throws IOException, InterruptedException {
    RequestContext request;
    try (var network = RunningNetwork.on(transport, held)) {
      RawClient client = network.connect();
      client.sendFrame(fetch(1));
      request = held.take();
    }

    request.respond(response(new Slice(0, FILE_BYTES)));
  }

  private static ByteBuffer fetch(int correlationId) {
    return KafkaFrames.frame(
        FetchRequest.Builder.forConsumer(VERSION, 500, 1, java.util.Map.of()).build(VERSION),
        correlationId);
  }

  private static FetchResponse response(RecordBytes... records) {
    var topic = new FetchResponse.FetchableTopicResponse().setTopic("orders");
    List<FetchResponse.PartitionData> partitions = new java.util.ArrayList<>();
    for (RecordBytes bytes : records) {
      partitions.add(
          new FetchResponse.PartitionData().setPartitionIndex(partitions.size()).setRecords(bytes));
    }
    return new FetchResponse().setResponses(List.of(topic.setPartitions(partitions)));
  }

  private static ByteBuffer bytesOf(FetchResponseData.PartitionData partition) {
    return ((MemoryRecords) partition.records()).buffer();
  }

  /** A part of the file, counted as long as nobody has given it back. */
  private final class Slice implements FileRecordBytes {
    private final long position;
    private final int sizeInBytes;

    Slice(long position, int sizeInBytes) {
      this.position = position;
      this.sizeInBytes = sizeInBytes;
      references.incrementAndGet();
    }

    @Override
    public FileChannel channel() {
      return channel;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public int sizeInBytes() {
      return sizeInBytes;
    }

    @Override
    public boolean isCached() {
      return true;
    }

    @Override
    public void warm() {}

    @Override
    public void release() {
      assertThat(references.decrementAndGet()).isNotNegative();
    }
  }
}
