package org.stoker.handlers;

import org.stoker.access.Operation;
import org.stoker.access.ResourceType;
import org.stoker.network.RequestContext;

/** What a client may do with a resource, as the bits that Kafka answers (KIP-430). */
final class AllowedOperations {
  /** The client did not ask. */
  static final int NOT_ASKED = Integer.MIN_VALUE;

  private AllowedOperations() {}

  /** The bit of each allowed operation is at the position of its code. */
  static int on(ResourceType type, String name, RequestContext context) {
    int bits = 0;
    for (Operation operation : type.operations()) {
      if (context.isAllowed(operation, type, name)) {
        bits |= 1 << operation.code();
      }
    }
    return bits;
  }

  static int onTheCluster(RequestContext context) {
    return on(ResourceType.CLUSTER, ResourceType.THE_CLUSTER, context);
  }
}
