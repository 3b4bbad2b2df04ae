package org.stoker.protocol;

/** How a broker says what went wrong: Kafka's numbers, names and sentences. */
public enum ErrorCode {
  UNKNOWN_SERVER_ERROR(
      -1, Retry.FINAL, "The server experienced an unexpected error when processing the request."),
  NONE(0, Retry.FINAL, "NONE"),
  OFFSET_OUT_OF_RANGE(
      1,
      Retry.FINAL,
      "The requested offset is not within the range of offsets maintained by the server."),
  CORRUPT_MESSAGE(
      2,
      Retry.RETRIABLE,
      "This message has failed its CRC checksum, exceeds the valid size, has a null key for a"
          + " compacted topic, or is otherwise corrupt."),
  UNKNOWN_TOPIC_OR_PARTITION(3, Retry.RETRIABLE, "This server does not host this topic-partition."),
  INVALID_FETCH_SIZE(4, Retry.FINAL, "The requested fetch size is invalid."),
  LEADER_NOT_AVAILABLE(
      5,
      Retry.RETRIABLE,
      "There is no leader for this topic-partition as we are in the middle of a leadership"
          + " election."),
  NOT_LEADER_OR_FOLLOWER(
      6,
      Retry.RETRIABLE,
      "For requests intended only for the leader, this error indicates that the broker is not the"
          + " current leader. For requests intended for any replica, this error indicates that the"
          + " broker is not a replica of the topic partition."),
  REQUEST_TIMED_OUT(7, Retry.RETRIABLE, "The request timed out."),
  BROKER_NOT_AVAILABLE(8, Retry.FINAL, "The broker is not available."),
  REPLICA_NOT_AVAILABLE(
      9,
      Retry.RETRIABLE,
      "The replica is not available for the requested topic-partition. Produce/Fetch requests and"
          + " other requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER"
          + " if the broker is not a replica of the topic-partition."),
  MESSAGE_TOO_LARGE(
      10,
      Retry.FINAL,
      "The request included a message larger than the max message size the server will accept."),
  STALE_CONTROLLER_EPOCH(11, Retry.FINAL, "The controller moved to another broker."),
  OFFSET_METADATA_TOO_LARGE(
      12, Retry.FINAL, "The metadata field of the offset request was too large."),
  NETWORK_EXCEPTION(13, Retry.RETRIABLE, "The server disconnected before a response was received."),
  COORDINATOR_LOAD_IN_PROGRESS(
      14, Retry.RETRIABLE, "The coordinator is loading and hence can't process requests."),
  COORDINATOR_NOT_AVAILABLE(15, Retry.RETRIABLE, "The coordinator is not available."),
  NOT_COORDINATOR(16, Retry.RETRIABLE, "This is not the correct coordinator."),
  INVALID_TOPIC_EXCEPTION(
      17, Retry.FINAL, "The request attempted to perform an operation on an invalid topic."),
  RECORD_LIST_TOO_LARGE(
      18,
      Retry.FINAL,
      "The request included message batch larger than the configured segment size on the server."),
  NOT_ENOUGH_REPLICAS(
      19,
      Retry.RETRIABLE,
      "Messages are rejected since there are fewer in-sync replicas than required."),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND(
      20,
      Retry.RETRIABLE,
      "Messages are written to the log, but to fewer in-sync replicas than required."),
  INVALID_REQUIRED_ACKS(
      21, Retry.FINAL, "Produce request specified an invalid value for required acks."),
  ILLEGAL_GENERATION(22, Retry.FINAL, "Specified group generation id is not valid."),
  INCONSISTENT_GROUP_PROTOCOL(
      23,
      Retry.FINAL,
      "The group member's supported protocols are incompatible with those of existing members or"
          + " first group member tried to join with empty protocol type or empty protocol list."),
  INVALID_GROUP_ID(24, Retry.FINAL, "The group id is invalid."),
  UNKNOWN_MEMBER_ID(25, Retry.FINAL, "The coordinator is not aware of this member."),
  INVALID_SESSION_TIMEOUT(
      26,
      Retry.FINAL,
      "The session timeout is not within the range allowed by the broker (as configured by"
          + " group.min.session.timeout.ms and group.max.session.timeout.ms)."),
  REBALANCE_IN_PROGRESS(27, Retry.FINAL, "The group is rebalancing, so a rejoin is needed."),
  INVALID_COMMIT_OFFSET_SIZE(28, Retry.FINAL, "The committing offset data size is not valid."),
  TOPIC_AUTHORIZATION_FAILED(29, Retry.FINAL, "Topic authorization failed."),
  GROUP_AUTHORIZATION_FAILED(30, Retry.FINAL, "Group authorization failed."),
  CLUSTER_AUTHORIZATION_FAILED(31, Retry.FINAL, "Cluster authorization failed."),
  INVALID_TIMESTAMP(32, Retry.FINAL, "The timestamp of the message is out of acceptable range."),
  UNSUPPORTED_SASL_MECHANISM(
      33, Retry.FINAL, "The broker does not support the requested SASL mechanism."),
  ILLEGAL_SASL_STATE(34, Retry.FINAL, "Request is not valid given the current SASL state."),
  UNSUPPORTED_VERSION(35, Retry.FINAL, "The version of API is not supported."),
  TOPIC_ALREADY_EXISTS(36, Retry.FINAL, "Topic with this name already exists."),
  INVALID_PARTITIONS(37, Retry.FINAL, "Number of partitions is below 1."),
  INVALID_REPLICATION_FACTOR(
      38,
      Retry.FINAL,
      "Replication factor is below 1 or larger than the number of available brokers."),
  INVALID_REPLICA_ASSIGNMENT(39, Retry.FINAL, "Replica assignment is invalid."),
  INVALID_CONFIG(40, Retry.FINAL, "Configuration is invalid."),
  NOT_CONTROLLER(41, Retry.RETRIABLE, "This is not the correct controller for this cluster."),
  INVALID_REQUEST(
      42,
      Retry.FINAL,
      "This most likely occurs because of a request being malformed by the client library or the"
          + " message was sent to an incompatible broker. See the broker logs for more details."),
  UNSUPPORTED_FOR_MESSAGE_FORMAT(
      43, Retry.FINAL, "The message format version on the broker does not support the request."),
  POLICY_VIOLATION(44, Retry.FINAL, "Request parameters do not satisfy the configured policy."),
  OUT_OF_ORDER_SEQUENCE_NUMBER(
      45, Retry.FINAL, "The broker received an out of order sequence number."),
  DUPLICATE_SEQUENCE_NUMBER(46, Retry.FINAL, "The broker received a duplicate sequence number."),
  INVALID_PRODUCER_EPOCH(47, Retry.FINAL, "Producer attempted to produce with an old epoch."),
  INVALID_TXN_STATE(
      48, Retry.FINAL, "The producer attempted a transactional operation in an invalid state."),
  INVALID_PRODUCER_ID_MAPPING(
      49,
      Retry.FINAL,
      "The producer attempted to use a producer id which is not currently assigned to its"
          + " transactional id."),
  INVALID_TRANSACTION_TIMEOUT(
      50,
      Retry.FINAL,
      "The transaction timeout is larger than the maximum value allowed by the broker (as"
          + " configured by transaction.max.timeout.ms)."),
  CONCURRENT_TRANSACTIONS(
      51,
      Retry.RETRIABLE,
      "The producer attempted to update a transaction while another concurrent operation on the"
          + " same transaction was ongoing."),
  TRANSACTION_COORDINATOR_FENCED(
      52,
      Retry.FINAL,
      "Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current"
          + " coordinator for a given producer."),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED(53, Retry.FINAL, "Transactional Id authorization failed."),
  SECURITY_DISABLED(54, Retry.FINAL, "Security features are disabled."),
  OPERATION_NOT_ATTEMPTED(
      55,
      Retry.FINAL,
      "The broker did not attempt to execute this operation. This may happen for batched RPCs where"
          + " some operations in the batch failed, causing the broker to respond without trying the"
          + " rest."),
  KAFKA_STORAGE_ERROR(
      56, Retry.RETRIABLE, "Disk error when trying to access log file on the disk."),
  LOG_DIR_NOT_FOUND(
      57, Retry.FINAL, "The user-specified log directory is not found in the broker config."),
  SASL_AUTHENTICATION_FAILED(58, Retry.FINAL, "SASL Authentication failed."),
  UNKNOWN_PRODUCER_ID(
      59,
      Retry.FINAL,
      "This exception is raised by the broker if it could not locate the producer metadata"
          + " associated with the producerId in question. This could happen if, for instance, the"
          + " producer's records were deleted because their retention time had elapsed. Once the"
          + " last records of the producerId are removed, the producer's metadata is removed from"
          + " the broker, and future appends by the producer will return this exception."),
  REASSIGNMENT_IN_PROGRESS(60, Retry.FINAL, "A partition reassignment is in progress."),
  DELEGATION_TOKEN_AUTH_DISABLED(61, Retry.FINAL, "Delegation Token feature is not enabled."),
  DELEGATION_TOKEN_NOT_FOUND(62, Retry.FINAL, "Delegation Token is not found on server."),
  DELEGATION_TOKEN_OWNER_MISMATCH(
      63, Retry.FINAL, "Specified Principal is not valid Owner/Renewer."),
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED(
      64,
      Retry.FINAL,
      "Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation"
          + " token authenticated channels."),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED(65, Retry.FINAL, "Delegation Token authorization failed."),
  DELEGATION_TOKEN_EXPIRED(66, Retry.FINAL, "Delegation Token is expired."),
  INVALID_PRINCIPAL_TYPE(67, Retry.FINAL, "Supplied principalType is not supported."),
  NON_EMPTY_GROUP(68, Retry.FINAL, "The group is not empty."),
  GROUP_ID_NOT_FOUND(69, Retry.FINAL, "The group id does not exist."),
  FETCH_SESSION_ID_NOT_FOUND(70, Retry.RETRIABLE, "The fetch session ID was not found."),
  INVALID_FETCH_SESSION_EPOCH(71, Retry.RETRIABLE, "The fetch session epoch is invalid."),
  LISTENER_NOT_FOUND(
      72,
      Retry.RETRIABLE,
      "There is no listener on the leader broker that matches the listener on which metadata"
          + " request was processed."),
  TOPIC_DELETION_DISABLED(73, Retry.FINAL, "Topic deletion is disabled."),
  FENCED_LEADER_EPOCH(
      74,
      Retry.RETRIABLE,
      "The leader epoch in the request is older than the epoch on the broker."),
  UNKNOWN_LEADER_EPOCH(
      75,
      Retry.RETRIABLE,
      "The leader epoch in the request is newer than the epoch on the broker."),
  UNSUPPORTED_COMPRESSION_TYPE(
      76,
      Retry.FINAL,
      "The requesting client does not support the compression type of given partition."),
  STALE_BROKER_EPOCH(77, Retry.FINAL, "Broker epoch has changed."),
  OFFSET_NOT_AVAILABLE(
      78,
      Retry.RETRIABLE,
      "The leader high watermark has not caught up from a recent leader election so the offsets"
          + " cannot be guaranteed to be monotonically increasing."),
  MEMBER_ID_REQUIRED(
      79,
      Retry.FINAL,
      "The group member needs to have a valid member id before actually entering a consumer"
          + " group."),
  PREFERRED_LEADER_NOT_AVAILABLE(80, Retry.RETRIABLE, "The preferred leader was not available."),
  GROUP_MAX_SIZE_REACHED(81, Retry.FINAL, "The group has reached its maximum size."),
  FENCED_INSTANCE_ID(
      82,
      Retry.FINAL,
      "The broker rejected this static consumer since another consumer with the same"
          + " group.instance.id has registered with a different member.id."),
  ELIGIBLE_LEADERS_NOT_AVAILABLE(
      83, Retry.RETRIABLE, "Eligible topic partition leaders are not available."),
  ELECTION_NOT_NEEDED(84, Retry.RETRIABLE, "Leader election not needed for topic partition."),
  NO_REASSIGNMENT_IN_PROGRESS(85, Retry.FINAL, "No partition reassignment is in progress."),
  GROUP_SUBSCRIBED_TO_TOPIC(
      86,
      Retry.FINAL,
      "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to"
          + " it."),
  INVALID_RECORD(
      87,
      Retry.FINAL,
      "This record has failed the validation on broker and hence will be rejected."),
  UNSTABLE_OFFSET_COMMIT(
      88, Retry.RETRIABLE, "There are unstable offsets that need to be cleared."),
  THROTTLING_QUOTA_EXCEEDED(89, Retry.RETRIABLE, "The throttling quota has been exceeded."),
  PRODUCER_FENCED(
      90,
      Retry.FINAL,
      "There is a newer producer with the same transactionalId which fences the current one."),
  RESOURCE_NOT_FOUND(
      91, Retry.FINAL, "A request illegally referred to a resource that does not exist."),
  DUPLICATE_RESOURCE(92, Retry.FINAL, "A request illegally referred to the same resource twice."),
  UNACCEPTABLE_CREDENTIAL(
      93, Retry.FINAL, "Requested credential would not meet criteria for acceptability."),
  INCONSISTENT_VOTER_SET(
      94,
      Retry.FINAL,
      "Indicates that the either the sender or recipient of a voter-only request is not one of the"
          + " expected voters."),
  INVALID_UPDATE_VERSION(95, Retry.FINAL, "The given update version was invalid."),
  FEATURE_UPDATE_FAILED(
      96, Retry.FINAL, "Unable to update finalized features due to an unexpected server error."),
  PRINCIPAL_DESERIALIZATION_FAILURE(
      97,
      Retry.FINAL,
      "Request principal deserialization failed during forwarding. This indicates an internal error"
          + " on the broker cluster security setup."),
  SNAPSHOT_NOT_FOUND(98, Retry.FINAL, "Requested snapshot was not found."),
  POSITION_OUT_OF_RANGE(
      99,
      Retry.FINAL,
      "Requested position is not greater than or equal to zero, and less than the size of the"
          + " snapshot."),
  UNKNOWN_TOPIC_ID(100, Retry.RETRIABLE, "This server does not host this topic ID."),
  DUPLICATE_BROKER_REGISTRATION(101, Retry.FINAL, "This broker ID is already in use."),
  BROKER_ID_NOT_REGISTERED(102, Retry.FINAL, "The given broker ID was not registered."),
  INCONSISTENT_TOPIC_ID(
      103, Retry.RETRIABLE, "The log's topic ID did not match the topic ID in the request."),
  INCONSISTENT_CLUSTER_ID(
      104, Retry.FINAL, "The clusterId in the request does not match that found on the server."),
  TRANSACTIONAL_ID_NOT_FOUND(105, Retry.FINAL, "The transactionalId could not be found."),
  FETCH_SESSION_TOPIC_ID_ERROR(
      106, Retry.RETRIABLE, "The fetch session encountered inconsistent topic ID usage."),
  INELIGIBLE_REPLICA(107, Retry.FINAL, "The new ISR contains at least one ineligible replica."),
  NEW_LEADER_ELECTED(
      108,
      Retry.FINAL,
      "The AlterPartition request successfully updated the partition state but the leader has"
          + " changed."),
  OFFSET_MOVED_TO_TIERED_STORAGE(
      109, Retry.FINAL, "The requested offset is moved to tiered storage."),
  FENCED_MEMBER_EPOCH(
      110,
      Retry.FINAL,
      "The member epoch is fenced by the group coordinator. The member must abandon all its"
          + " partitions and rejoin."),
  UNRELEASED_INSTANCE_ID(
      111,
      Retry.FINAL,
      "The instance ID is still used by another member in the consumer group. That member must"
          + " leave first."),
  UNSUPPORTED_ASSIGNOR(
      112,
      Retry.FINAL,
      "The assignor or its version range is not supported by the consumer group."),
  STALE_MEMBER_EPOCH(
      113,
      Retry.FINAL,
      "The member epoch is stale. The member must retry after receiving its updated member epoch"
          + " via the ConsumerGroupHeartbeat API."),
  MISMATCHED_ENDPOINT_TYPE(
      114, Retry.FINAL, "The request was sent to an endpoint of the wrong type."),
  UNSUPPORTED_ENDPOINT_TYPE(115, Retry.FINAL, "This endpoint type is not supported yet."),
  UNKNOWN_CONTROLLER_ID(116, Retry.FINAL, "This controller ID is not known."),
  UNKNOWN_SUBSCRIPTION_ID(
      117,
      Retry.FINAL,
      "Client sent a push telemetry request with an invalid or outdated subscription ID."),
  TELEMETRY_TOO_LARGE(
      118,
      Retry.FINAL,
      "Client sent a push telemetry request larger than the maximum size the broker will accept."),
  INVALID_REGISTRATION(
      119, Retry.FINAL, "The controller has considered the broker registration to be invalid."),
  TRANSACTION_ABORTABLE(
      120,
      Retry.FINAL,
      "The server encountered an error with the transaction. The client can abort the transaction"
          + " to continue using this transactional ID."),
  INVALID_RECORD_STATE(
      121,
      Retry.FINAL,
      "The record state is invalid. The acknowledgement of delivery could not be completed."),
  SHARE_SESSION_NOT_FOUND(122, Retry.RETRIABLE, "The share session was not found."),
  INVALID_SHARE_SESSION_EPOCH(123, Retry.RETRIABLE, "The share session epoch is invalid."),
  FENCED_STATE_EPOCH(
      124,
      Retry.FINAL,
      "The coordinator rejected the request because the state epoch did not match."),
  INVALID_VOTER_KEY(125, Retry.FINAL, "The voter key doesn't match the receiving replica's key."),
  DUPLICATE_VOTER(126, Retry.FINAL, "The voter is already part of the set of voters."),
  VOTER_NOT_FOUND(127, Retry.FINAL, "The voter is not part of the set of voters."),
  INVALID_REGULAR_EXPRESSION(128, Retry.FINAL, "The regular expression is not valid."),
  REBOOTSTRAP_REQUIRED(
      129,
      Retry.FINAL,
      "Client metadata is stale. The client should rebootstrap to obtain new metadata."),
  STREAMS_INVALID_TOPOLOGY(130, Retry.FINAL, "The supplied topology is invalid."),
  STREAMS_INVALID_TOPOLOGY_EPOCH(131, Retry.FINAL, "The supplied topology epoch is invalid."),
  STREAMS_TOPOLOGY_FENCED(132, Retry.FINAL, "The supplied topology epoch is outdated."),
  SHARE_SESSION_LIMIT_REACHED(
      133, Retry.RETRIABLE, "The limit of share sessions has been reached."),
  GROUP_DELETION_FAILED(
      134,
      Retry.FINAL,
      "DeleteGroups could not complete; see the error message on the per-group result for"
          + " details."),
  STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED(
      135,
      Retry.FINAL,
      "The broker could not process the topology description update; see the error message for"
          + " details."),
  CONTROLLER_ID_NOT_REGISTERED(136, Retry.FINAL, "The given controller ID was not registered.");

  private static final ErrorCode[] BY_CODE = byCode();

  private final short code;
  private final boolean retriable;
  private final String message;

  ErrorCode(int code, Retry retry, String message) {
    this.code = (short) code;
    this.retriable = retry == Retry.RETRIABLE;
    this.message = message;
  }

  /** Whether the same request may succeed when it is sent again. */
  private enum Retry {
    RETRIABLE,
    FINAL
  }

  /** The error with this number; a number that nobody knows is {@link #UNKNOWN_SERVER_ERROR}. */
  public static ErrorCode forCode(short code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN_SERVER_ERROR;
  }

  private static ErrorCode[] byCode() {
    // Numbers ascend without a gap from NONE on; only UNKNOWN_SERVER_ERROR comes before it.
    ErrorCode[] values = values();
    ErrorCode[] table = new ErrorCode[values.length - 1];
    for (ErrorCode error : values) {
      if (error != UNKNOWN_SERVER_ERROR) {
        table[error.code] = error;
      }
    }
    return table;
  }

  /** The number on the wire. */
  public short code() {
    return code;
  }

  /** Whether Kafka's clients send the same request again. */
  public boolean isRetriable() {
    return retriable;
  }

  public boolean isError() {
    return this != NONE;
  }

  /** A sentence for people, used where nothing more precise is known. */
  public String message() {
    return message;
  }
}
