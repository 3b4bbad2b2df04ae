package org.stoker.coordinator.group;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.stoker.coordinator.runtime.Bytes;

/** What a real consumer tells its leader. */
final class OracleSubscription {
  private OracleSubscription() {}

  static Bytes bytes(List<String> topics) {
    ByteBuffer written = ConsumerProtocol.serializeSubscription(new Subscription(topics));
    byte[] bytes = new byte[written.remaining()];
    written.get(bytes);
    return Bytes.of(bytes);
  }
}
