package org.stoker.records;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a batch says to Kafka's reader, however it is compressed: a list of facts, so that two
 * batches can be compared.
 */
final class BatchContent {
  private BatchContent() {}

  static List<Object> of(ByteBuffer bytes) {
    RecordBatch batch = RecordBatch.at(bytes, bytes.position());
    var facts = new ArrayList<Object>();
    facts.add(batch.baseOffset());
    facts.add(batch.partitionLeaderEpoch());
    facts.add(batch.attributes());
    facts.add(batch.lastOffsetDelta());
    facts.add(batch.baseTimestamp());
    facts.add(batch.maxTimestamp());
    facts.add(batch.producerId());
    facts.add(batch.producerEpoch());
    facts.add(batch.baseSequence());
    facts.add(batch.recordCount());
    try (RecordCursor cursor = new RecordCursor(RecordCursor.HOLD_NOTHING).open(batch)) {
      while (cursor.next()) {
        facts.add(cursor.createTimestamp());
      }
    }
    for (var record : KafkaBatches.kafkaReads(bytes)) {
      facts.add(record.offset());
      facts.add(record.hasKey() ? record.key() : "no key");
      facts.add(record.hasValue() ? record.value() : "no value");
      for (var header : record.headers()) {
        facts.add(header.key());
        facts.add(Arrays.toString(header.value()));
      }
    }
    return facts;
  }
}
