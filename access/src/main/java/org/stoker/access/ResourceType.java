package org.stoker.access;

import static org.stoker.access.Operation.ALTER;
import static org.stoker.access.Operation.ALTER_CONFIGS;
import static org.stoker.access.Operation.CLUSTER_ACTION;
import static org.stoker.access.Operation.CREATE;
import static org.stoker.access.Operation.DELETE;
import static org.stoker.access.Operation.DESCRIBE;
import static org.stoker.access.Operation.DESCRIBE_CONFIGS;
import static org.stoker.access.Operation.IDEMPOTENT_WRITE;
import static org.stoker.access.Operation.READ;
import static org.stoker.access.Operation.WRITE;

import java.util.Set;

/** What operations are about, and which of them make sense for it (Kafka's AclEntry). */
public enum ResourceType {
  TOPIC,
  GROUP,
  CLUSTER,
  TRANSACTIONAL_ID;

  /** The name of the only resource of type {@link #CLUSTER}. */
  public static final String THE_CLUSTER = "kafka-cluster";

  private static final Set<Operation> OF_TOPICS =
      Set.of(READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS);
  private static final Set<Operation> OF_GROUPS =
      Set.of(READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS);
  private static final Set<Operation> OF_THE_CLUSTER =
      Set.of(
          CREATE,
          ALTER,
          DESCRIBE,
          CLUSTER_ACTION,
          DESCRIBE_CONFIGS,
          ALTER_CONFIGS,
          IDEMPOTENT_WRITE);
  private static final Set<Operation> OF_TRANSACTIONAL_IDS = Set.of(DESCRIBE, WRITE);

  public Set<Operation> operations() {
    return switch (this) {
      case TOPIC -> OF_TOPICS;
      case GROUP -> OF_GROUPS;
      case CLUSTER -> OF_THE_CLUSTER;
      case TRANSACTIONAL_ID -> OF_TRANSACTIONAL_IDS;
    };
  }
}
