package org.stoker.records;

import java.util.ArrayList;
import java.util.List;
import org.stoker.base.ConfinedTo;

/** Collects the wrong records of one batch, up to a number that is worth an answer. */
@ConfinedTo(ConfinedTo.CALLER)
final class RecordErrors {
  private static final int MOST_SHOWN = 3;

  private final int most;
  private final List<RecordError> errors = new ArrayList<>();
  private int count;
  private boolean hasTimestampErrors;

  RecordErrors(int most) {
    this.most = most;
  }

  void clear() {
    errors.clear();
    count = 0;
    hasTimestampErrors = false;
  }

  boolean isEmpty() {
    return count == 0;
  }

  void addKeyMissing(int batchIndex) {
    if (count++ < most) {
      errors.add(new RecordError(batchIndex, "a compacted topic takes no record without a key"));
    }
  }

  void addTimestampOutOfRange(int batchIndex, long timestamp, long nowMs, ProduceRules rules) {
    hasTimestampErrors = true;
    if (count++ < most) {
      errors.add(
          new RecordError(
              batchIndex,
              "timestamp "
                  + timestamp
                  + " is outside of ["
                  + (nowMs - rules.timestampBeforeMaxMs())
                  + ", "
                  + (nowMs + rules.timestampAfterMaxMs())
                  + "]"));
    }
  }

  void addBrokerTimestamp(int batchIndex) {
    hasTimestampErrors = true;
    if (count++ < most) {
      errors.add(
          new RecordError(batchIndex, "only the broker sets the timestamp type to LogAppendTime"));
    }
  }

  BatchVerdict.Invalid verdict() {
    var message = new StringBuilder().append(count).append(" records are refused: ");
    for (int shown = 0; shown < Math.min(MOST_SHOWN, errors.size()); shown++) {
      RecordError error = errors.get(shown);
      message.append(shown == 0 ? "" : ", ");
      message.append("record ").append(error.batchIndex()).append(": ").append(error.message());
    }
    if (count > MOST_SHOWN) {
      message.append(", …");
    }
    return new BatchVerdict.Invalid(
        hasTimestampErrors ? BatchFault.TIMESTAMP_OUT_OF_RANGE : BatchFault.KEY_MISSING,
        message.toString(),
        errors);
  }
}
