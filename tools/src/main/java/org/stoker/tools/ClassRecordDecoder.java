package org.stoker.tools;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.tools.api.Decoder;

/** Reads keys and values with the classes that the command line names. */
record ClassRecordDecoder(Decoder<?> key, Decoder<?> value) implements RecordDecoder {
  @Override
  public Decoded decode(Record record) {
    return new Decoded(
        record.hasKey() ? Optional.of(text(key, record.key())) : Optional.empty(),
        record.hasValue() ? Optional.of(text(value, record.value())) : Optional.empty());
  }

  private static String text(Decoder<?> decoder, ByteBuffer bytes) {
    return String.valueOf(decoder.fromBytes(Utils.toArray(bytes)));
  }
}
