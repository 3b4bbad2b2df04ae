package org.stoker.tools;

import java.util.Optional;
import org.apache.kafka.common.record.internal.Record;

/** Makes text of a record's key and value. */
interface RecordDecoder {
  record Decoded(Optional<String> key, Optional<String> value) {}

  Decoded decode(Record record);
}
