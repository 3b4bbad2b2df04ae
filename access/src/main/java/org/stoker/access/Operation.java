package org.stoker.access;

/** What can be allowed or denied, with Kafka's codes (AclOperation). */
public enum Operation {
  READ(3),
  WRITE(4),
  CREATE(5),
  DELETE(6),
  ALTER(7),
  DESCRIBE(8),
  CLUSTER_ACTION(9),
  DESCRIBE_CONFIGS(10),
  ALTER_CONFIGS(11),
  IDEMPOTENT_WRITE(12);

  private final int code;

  Operation(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
