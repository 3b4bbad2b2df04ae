package org.stoker.benchmarks.micro;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.stoker.base.Uuid;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.BufferGrowth;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.ResponseFrame;
import org.stoker.protocol.WireWriter;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.protocol.message.ProduceRequest.PartitionProduceData;
import org.stoker.protocol.message.ProduceRequest.TopicProduceData;
import org.stoker.protocol.message.ProduceResponse;
import org.stoker.protocol.message.ProduceResponse.PartitionProduceResponse;
import org.stoker.protocol.message.ProduceResponse.TopicProduceResponse;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

/** Reading a produce request from its frame, and writing its answer. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RequestBenchmark {
  private static final Uuid TOPIC = new Uuid(1, 2);

  /** Each with one batch of 16 KB. */
  @Param({"1", "6", "100"})
  int partitions;

  private final ByteBuffer out = ByteBuffer.allocate(16 << 10);
  private ByteBuffer frame = ByteBuffer.allocateDirect(0);
  private ProduceResponse response = new ProduceResponse();
  private short version;

  @Setup
  public void build() {
    version = ApiKey.PRODUCE.highestStableVersion();
    List<PartitionProduceData> data = new ArrayList<>();
    List<PartitionProduceResponse> answers = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      data.add(
          new PartitionProduceData()
              .setIndex(i)
              .setRecords(new MemoryRecordBytes(SixteenKilobytes.batch())));
      answers.add(new PartitionProduceResponse().setIndex(i).setBaseOffset(i));
    }
    var request =
        new ProduceRequest()
            .setAcks((short) -1)
            .setTimeoutMs(30_000)
            .setTopicData(List.of(new TopicProduceData().setTopicId(TOPIC).setPartitionData(data)));
    var writer = new WireWriter(ByteBuffer.allocate(2 << 20), BufferGrowth.DOUBLING);
    RequestFrame.write(writer, ApiKey.PRODUCE, version, 1, "benchmark", request);
    ByteBuffer whole = ByteBuffer.allocateDirect(writer.size());
    writer.forEachPart(
        new WireWriter.PartVisitor() {
          @Override
          public void bytes(ByteBuffer part) {
            whole.put(part);
          }

          @Override
          public void records(RecordBytes part) {
            whole.put(((MemoryRecordBytes) part).buffer().duplicate());
          }
        });
    // A frame as the network hands it on: without its length.
    frame = whole.flip().position(Integer.BYTES).slice();
    response =
        new ProduceResponse()
            .setResponses(
                List.of(
                    new TopicProduceResponse().setTopicId(TOPIC).setPartitionResponses(answers)));
  }

  @Benchmark
  public Message readRequest() {
    if (RequestFrame.parse(frame) instanceof RequestFrame.Request request) {
      return request.readBody();
    }
    throw new IllegalStateException("not a request");
  }

  @Benchmark
  public int writeResponse() {
    var writer = new WireWriter(out.clear(), BufferGrowth.DOUBLING);
    ResponseFrame.write(writer, ApiKey.PRODUCE, version, 1, response);
    return writer.size();
  }
}
