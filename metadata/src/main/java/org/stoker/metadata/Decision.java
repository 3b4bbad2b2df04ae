package org.stoker.metadata;

import java.util.List;
import org.stoker.protocol.Message;

/** What a command comes to: records to append, and the reply once they are applied. */
record Decision<R>(List<Message> records, R reply) {
  static <R> Decision<R> of(List<Message> records, R reply) {
    return new Decision<>(List.copyOf(records), reply);
  }

  static <R> Decision<R> nothing(R reply) {
    return new Decision<>(List.of(), reply);
  }
}
