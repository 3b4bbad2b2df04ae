package org.stoker.coordinator;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.WireReader;
import org.stoker.protocol.message.ConsumerProtocolSubscription;

/**
 * Reads what consumers tell their leader, as far as the broker must know it: the topics. They are
 * there in every version, at the same place.
 */
final class ConsumerSubscription {
  private static final short VERSION_WITH_TOPICS = 0;

  private ConsumerSubscription() {}

  /** Null if these are not the bytes of a subscription. */
  static @Nullable List<String> topicsIn(Bytes metadata) {
    ByteBuffer buffer = ByteBuffer.wrap(metadata.array());
    if (buffer.remaining() < Short.BYTES || buffer.getShort() < 0) {
      return null;
    }
    try {
      return new ConsumerProtocolSubscription(new WireReader(buffer), VERSION_WITH_TOPICS).topics();
    } catch (MalformedMessageException e) {
      return null;
    }
  }
}
