package org.stoker.records;

/** Whose clock the timestamps of a batch come from. */
public enum TimestampType {
  /** The producer's: each record has its own. */
  CREATE_TIME("CreateTime"),
  /** The broker's: every record of the batch has the batch's maxTimestamp. */
  LOG_APPEND_TIME("LogAppendTime");

  private final String configName;

  TimestampType(String configName) {
    this.configName = configName;
  }

  /** The value of {@code message.timestamp.type} that means this. */
  public String configName() {
    return configName;
  }
}
