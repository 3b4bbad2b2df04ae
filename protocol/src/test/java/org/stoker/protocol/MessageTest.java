package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchRequest.FetchPartition;
import org.stoker.protocol.message.FetchRequest.FetchTopic;

final class MessageTest {
  @Test
  void aRequestSaysTheSameInOursAndKafkasWords() {
    FetchRequest ours =
        new FetchRequest()
            .setClusterId("cluster")
            .setMaxWaitMs(500)
            .setTopics(
                List.of(
                    new FetchTopic()
                        .setTopic("orders")
                        .setPartitions(
                            List.of(new FetchPartition().setPartition(3).setFetchOffset(41)))));
    WireWriter out = new WireWriter(16);

    ours.write(out, (short) 12);

    ByteBuffer bytes = out.toByteBuffer();
    FetchRequestData kafkas =
        new FetchRequestData(new ByteBufferAccessor(bytes.duplicate()), (short) 12);
    assertThat(kafkas.topics().getFirst().partitions().getFirst().fetchOffset()).isEqualTo(41);
    assertThat(MessageUtil.toByteBufferAccessor(kafkas, (short) 12).buffer()).isEqualTo(bytes);
    assertThat(new FetchRequest(new WireReader(bytes), (short) 12)).isEqualTo(ours);
    assertThat(ours.size((short) 12)).isEqualTo(bytes.remaining());
  }
}
