package org.stoker.coordinator.runtime;

import org.stoker.protocol.ErrorCode;

/** What a client is told when the log refused: it asks for a coordinator, not for a log. */
public final class CoordinatorErrors {
  private CoordinatorErrors() {}

  public static ErrorCode forClients(ErrorCode logError) {
    return switch (logError) {
      case UNKNOWN_TOPIC_OR_PARTITION,
          NOT_ENOUGH_REPLICAS,
          NOT_ENOUGH_REPLICAS_AFTER_APPEND,
          REQUEST_TIMED_OUT ->
          ErrorCode.COORDINATOR_NOT_AVAILABLE;
      case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR -> ErrorCode.NOT_COORDINATOR;
      case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_FETCH_SIZE ->
          ErrorCode.UNKNOWN_SERVER_ERROR;
      case NETWORK_EXCEPTION -> ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
      default -> logError;
    };
  }
}
