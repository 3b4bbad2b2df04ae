package org.stoker.network;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** Requests as Kafka's own client writes them, without the length in front. */
final class KafkaFrames {
  static final String CLIENT_ID = "a-client";
  private static final short PRODUCE_VERSION = 9;

  private KafkaFrames() {}

  static ByteBuffer apiVersions(int correlationId) {
    return frame(new ApiVersionsRequest.Builder().build((short) 3), correlationId);
  }

  static ByteBuffer metadata(int correlationId) {
    return frame(MetadataRequest.Builder.allTopics().build((short) 12), correlationId);
  }

  static ByteBuffer produce(int correlationId, short acks, byte[] records) {
    var partition =
        new PartitionProduceData()
            .setIndex(0)
            .setRecords(MemoryRecords.readableRecords(ByteBuffer.wrap(records)));
    var topics = new TopicProduceDataCollection();
    topics.add(
        new TopicProduceData().setName("orders").setPartitionData(java.util.List.of(partition)));
    var data = new ProduceRequestData().setAcks(acks).setTimeoutMs(1_000).setTopicData(topics);
    return frame(new ProduceRequest(data, PRODUCE_VERSION), correlationId);
  }

  static ByteBuffer frame(AbstractRequest request, int correlationId) {
    return request.serializeWithHeader(
        new RequestHeader(request.apiKey(), request.version(), CLIENT_ID, correlationId));
  }
}
