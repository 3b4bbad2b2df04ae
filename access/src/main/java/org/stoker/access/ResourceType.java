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
  TOPIC(Set.of(READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS)),
  GROUP(Set.of(READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS)),
  CLUSTER(
      Set.of(
          CREATE,
          ALTER,
          DESCRIBE,
          CLUSTER_ACTION,
          DESCRIBE_CONFIGS,
          ALTER_CONFIGS,
          IDEMPOTENT_WRITE)),
  TRANSACTIONAL_ID(Set.of(DESCRIBE, WRITE));

  /** The name of the only resource of type {@link #CLUSTER}. */
  public static final String THE_CLUSTER = "kafka-cluster";

  private final Set<Operation> operations;

  ResourceType(Set<Operation> operations) {
    this.operations = operations;
  }

  public Set<Operation> operations() {
    return operations;
  }
}
