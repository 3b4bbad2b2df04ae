package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ResponseHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

final class ResponseFrameTest {
  private static final int CORRELATION_ID = 77;

  @ParameterizedTest
  @EnumSource(ApiKey.class)
  void kafkaReadsOurHeadersAndWeReadThemBack(ApiKey key) {
    for (short version = key.lowestVersion(); version <= key.highestVersion(); version++) {
      WireWriter out = new WireWriter(16);
      ResponseFrame.write(out, key, version, CORRELATION_ID, key.newResponse());
      ByteBuffer frame = out.toByteBuffer();
      assertThat(frame.getInt()).isEqualTo(frame.remaining());

      short headerVersion = ApiKeys.forId(key.id()).responseHeaderVersion(version);
      ResponseHeader kafkas = ResponseHeader.parse(frame.duplicate(), headerVersion);
      assertThat(kafkas.correlationId()).isEqualTo(CORRELATION_ID);
      assertThat(ResponseFrame.read(frame, key, version))
          .isEqualTo(new ResponseFrame(CORRELATION_ID, key.newResponse()));
    }
  }

  @Test
  void theLengthCountsRecordsThatAreNotCopied() {
    RecordBytes inAFile = () -> 1_000_000;
    WireWriter out = new WireWriter(16);
    ResponseFrame.write(out, ApiKey.FETCH, (short) 12, 1, fetched(inAFile));
    int first = out.size();

    ResponseFrame.write(out, ApiKey.FETCH, (short) 12, 2, fetched(inAFile));

    assertThat(out.splices()).extracting(WireWriter.Splice::records).containsOnly(inAFile);
    assertThat(lengthAt(out, 0)).isEqualTo(first - 4);
    assertThat(lengthAt(out, first - 1_000_000)).isEqualTo(out.size() - first - 4);
  }

  private static int lengthAt(WireWriter out, int plainPosition) {
    ByteBuffer plain = ByteBuffer.allocate(1_000);
    out.forEachPart(
        new WireWriter.PartVisitor() {
          @Override
          public void bytes(ByteBuffer part) {
            plain.put(part);
          }

          @Override
          public void records(RecordBytes part) {}
        });
    return plain.getInt(plainPosition);
  }

  @Test
  void recordsInMemoryComeOutWhereTheyBelong() {
    ByteBuffer batch = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5});
    WireWriter out = new WireWriter(16);

    ResponseFrame.write(out, ApiKey.FETCH, (short) 12, 1, fetched(new MemoryRecordBytes(batch)));

    ByteBuffer frame = out.toByteBuffer();
    frame.getInt();
    FetchResponse read = (FetchResponse) ResponseFrame.read(frame, ApiKey.FETCH, (short) 12).body();
    assertThat(read.responses().getFirst().partitions().getFirst().records())
        .isEqualTo(new MemoryRecordBytes(batch));
  }

  private static FetchResponse fetched(RecordBytes records) {
    return new FetchResponse()
        .setResponses(
            List.of(
                new FetchResponse.FetchableTopicResponse()
                    .setTopic("orders")
                    .setPartitions(
                        List.of(new FetchResponse.PartitionData().setRecords(records)))));
  }
}
