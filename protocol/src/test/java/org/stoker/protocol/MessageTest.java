package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchRequest.FetchPartition;
import org.stoker.protocol.message.FetchRequest.FetchTopic;
import org.stoker.protocol.message.MetadataRequest;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.protocol.message.SaslAuthenticateRequest;
import org.stoker.records.MemoryRecordBytes;

final class MessageTest {
  private static final short FETCH_VERSION = 12;

  private final FetchRequest fetch =
      new FetchRequest()
          .setClusterId("cluster")
          .setMaxWaitMs(500)
          .setTopics(
              List.of(
                  new FetchTopic()
                      .setTopic("orders")
                      .setPartitions(
                          List.of(new FetchPartition().setPartition(3).setFetchOffset(41)))));

  @Test
  void isReadBackAsItWasWritten() {
    ByteBuffer bytes = Oracle.bytes(fetch, FETCH_VERSION);

    FetchRequest read = new FetchRequest(new WireReader(bytes), FETCH_VERSION);

    assertThat(read).isEqualTo(fetch).hasSameHashCodeAs(fetch);
    assertThat(read.topics().getFirst().partitions().getFirst().fetchOffset()).isEqualTo(41);
  }

  @Test
  void readingReplacesEveryFieldThatWasSetBefore() {
    ByteBuffer bytes = Oracle.bytes(new FetchRequest(), FETCH_VERSION);
    fetch.unknownTaggedFields().add(new UnknownTaggedField(77, new byte[2]));

    fetch.read(new WireReader(bytes), FETCH_VERSION);

    assertThat(fetch).isEqualTo(new FetchRequest());
  }

  @Test
  void fieldsThatItDoesNotKnowSurvive() {
    var unknown = new UnknownTaggedField(77, new byte[] {1, 2});
    ApiVersionsRequest newer = new ApiVersionsRequest().setClientSoftwareName("client");
    newer.unknownTaggedFields().add(unknown);
    ByteBuffer bytes = Oracle.bytes(newer, (short) 3);

    ApiVersionsRequest read = new ApiVersionsRequest(new WireReader(bytes), (short) 3);

    assertThat(read.unknownTaggedFields()).containsExactly(unknown);
    assertThat(Oracle.bytes(read, (short) 3)).isEqualTo(bytes);
    assertThat(read).isNotEqualTo(new ApiVersionsRequest().setClientSoftwareName("client"));
    assertThatThrownBy(() -> Oracle.bytes(read, (short) 2))
        .isInstanceOf(UnsupportedVersionException.class);
  }

  @Test
  void nullIsRefusedByAVersionThatHasNoWayToSayIt() {
    MetadataRequest allTopics = new MetadataRequest().setTopics(null);

    assertThat(Oracle.bytes(allTopics, (short) 1)).isEqualTo(ByteBuffer.allocate(4).putInt(0, -1));
    assertThatThrownBy(() -> Oracle.bytes(allTopics, (short) 0))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessage("MetadataRequest version 0 does not allow topics to be null");
  }

  @Test
  void aVersionTellsWhichFieldItCannotCarry() {
    MetadataRequest noCreation = new MetadataRequest().setAllowAutoTopicCreation(false);

    assertThatThrownBy(() -> Oracle.bytes(noCreation, (short) 3))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessage(
            "MetadataRequest version 3 has no place for allowAutoTopicCreation, which is not"
                + " default");
  }

  @Test
  void bytesAndRecordsDoNotShowInWords() {
    byte[] password = {'s', 'e', 'c', 'r', 'e', 't'};

    assertThat(new SaslAuthenticateRequest().setAuthBytes(password).toString())
        .isEqualTo("SaslAuthenticateRequest(authBytes=[6 bytes])");
    assertThat(
            new ProduceRequest.PartitionProduceData()
                .setRecords(new MemoryRecordBytes(ByteBuffer.wrap(password)))
                .toString())
        .isEqualTo("PartitionProduceData(index=0, records=[6 bytes])");
  }

  @Test
  void knowsItsFlexibleVersions() {
    assertThat(FetchRequest.isFlexible((short) 11)).isFalse();
    assertThat(FetchRequest.isFlexible((short) 12)).isTrue();
    assertThat(FetchRequest.LOWEST_VERSION).isEqualTo((short) 4);
    assertThat(fetch.apiKey()).isEqualTo(ApiKey.FETCH.id()).isEqualTo(FetchRequest.API_KEY);
  }
}
