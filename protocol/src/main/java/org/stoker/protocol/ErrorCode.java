package org.stoker.protocol;

/** How a broker says what went wrong: Kafka's numbers and names, with a sentence of ours. */
public enum ErrorCode {
  UNKNOWN_SERVER_ERROR(
      -1,
      Retry.FINAL,
      "The broker failed in a way that has no error code of its own; its log says more."),
  NONE(0, Retry.FINAL, "No error."),
  OFFSET_OUT_OF_RANGE(
      1, Retry.FINAL, "The offset lies outside the records that this partition holds."),
  CORRUPT_MESSAGE(
      2,
      Retry.RETRIABLE,
      "The record batch is damaged: wrong checksum, wrong size, or a missing key on a compacted"
          + " topic."),
  UNKNOWN_TOPIC_OR_PARTITION(3, Retry.RETRIABLE, "This broker knows no such topic or partition."),
  INVALID_FETCH_SIZE(4, Retry.FINAL, "The number of bytes to fetch makes no sense."),
  LEADER_NOT_AVAILABLE(5, Retry.RETRIABLE, "The partition has no leader at the moment."),
  NOT_LEADER_OR_FOLLOWER(
      6,
      Retry.RETRIABLE,
      "This broker neither leads nor follows the partition in the way the request needs."),
  REQUEST_TIMED_OUT(7, Retry.RETRIABLE, "The request was not completed within its time."),
  BROKER_NOT_AVAILABLE(8, Retry.FINAL, "The broker that is needed cannot be reached."),
  REPLICA_NOT_AVAILABLE(9, Retry.RETRIABLE, "This broker has no usable replica of the partition."),
  MESSAGE_TOO_LARGE(10, Retry.FINAL, "A record batch is larger than this topic accepts."),
  STALE_CONTROLLER_EPOCH(
      11, Retry.FINAL, "The request comes from a controller that has been replaced."),
  OFFSET_METADATA_TOO_LARGE(
      12, Retry.FINAL, "The metadata of a committed offset is longer than allowed."),
  NETWORK_EXCEPTION(13, Retry.RETRIABLE, "The connection ended before an answer came."),
  COORDINATOR_LOAD_IN_PROGRESS(14, Retry.RETRIABLE, "The coordinator is still reading its state."),
  COORDINATOR_NOT_AVAILABLE(15, Retry.RETRIABLE, "There is no coordinator at the moment."),
  NOT_COORDINATOR(
      16, Retry.RETRIABLE, "This broker does not coordinate that group or transaction."),
  INVALID_TOPIC_EXCEPTION(
      17, Retry.FINAL, "The topic's name is not valid, or the topic cannot be used in this way."),
  RECORD_LIST_TOO_LARGE(18, Retry.FINAL, "The record batch is larger than a segment of the log."),
  NOT_ENOUGH_REPLICAS(
      19,
      Retry.RETRIABLE,
      "Fewer replicas are in sync than the topic demands, so nothing was written."),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND(
      20,
      Retry.RETRIABLE,
      "The records were written, but to fewer in-sync replicas than the topic demands."),
  INVALID_REQUIRED_ACKS(21, Retry.FINAL, "acks must be -1, 0 or 1."),
  ILLEGAL_GENERATION(22, Retry.FINAL, "The group has moved on to another generation."),
  INCONSISTENT_GROUP_PROTOCOL(
      23, Retry.FINAL, "The member shares no protocol with the group, or named none."),
  INVALID_GROUP_ID(24, Retry.FINAL, "The group id is not valid."),
  UNKNOWN_MEMBER_ID(25, Retry.FINAL, "The group has no member with this id."),
  INVALID_SESSION_TIMEOUT(
      26, Retry.FINAL, "The session timeout lies outside what the broker allows."),
  REBALANCE_IN_PROGRESS(27, Retry.FINAL, "The group is rebalancing: join again."),
  INVALID_COMMIT_OFFSET_SIZE(28, Retry.FINAL, "The committed offset is too large to be stored."),
  TOPIC_AUTHORIZATION_FAILED(29, Retry.FINAL, "Not allowed on this topic."),
  GROUP_AUTHORIZATION_FAILED(30, Retry.FINAL, "Not allowed on this group."),
  CLUSTER_AUTHORIZATION_FAILED(31, Retry.FINAL, "Not allowed on the cluster."),
  INVALID_TIMESTAMP(32, Retry.FINAL, "A record's timestamp lies outside what the topic accepts."),
  UNSUPPORTED_SASL_MECHANISM(33, Retry.FINAL, "The broker does not offer this SASL mechanism."),
  ILLEGAL_SASL_STATE(34, Retry.FINAL, "The request does not fit the state of the SASL exchange."),
  UNSUPPORTED_VERSION(35, Retry.FINAL, "The broker does not support this version of the API."),
  TOPIC_ALREADY_EXISTS(36, Retry.FINAL, "A topic of this name exists already."),
  INVALID_PARTITIONS(37, Retry.FINAL, "The number of partitions is not valid."),
  INVALID_REPLICATION_FACTOR(
      38, Retry.FINAL, "The replication factor is below 1 or above the number of usable brokers."),
  INVALID_REPLICA_ASSIGNMENT(39, Retry.FINAL, "The assignment of replicas is not valid."),
  INVALID_CONFIG(40, Retry.FINAL, "A configuration key or value is not valid."),
  NOT_CONTROLLER(41, Retry.RETRIABLE, "This broker is not the controller."),
  INVALID_REQUEST(42, Retry.FINAL, "The request contradicts itself or the protocol."),
  UNSUPPORTED_FOR_MESSAGE_FORMAT(43, Retry.FINAL, "The record format in use cannot do this."),
  POLICY_VIOLATION(44, Retry.FINAL, "A policy of this cluster forbids the request."),
  OUT_OF_ORDER_SEQUENCE_NUMBER(45, Retry.FINAL, "The producer's sequence number leaves a gap."),
  DUPLICATE_SEQUENCE_NUMBER(46, Retry.FINAL, "The producer's sequence number was used before."),
  INVALID_PRODUCER_EPOCH(
      47, Retry.FINAL, "The producer's epoch is older than the newest one known."),
  INVALID_TXN_STATE(48, Retry.FINAL, "The transaction is not in a state that allows this."),
  INVALID_PRODUCER_ID_MAPPING(
      49, Retry.FINAL, "The producer id does not belong to the transactional id."),
  INVALID_TRANSACTION_TIMEOUT(
      50, Retry.FINAL, "The transaction timeout is longer than the broker allows."),
  CONCURRENT_TRANSACTIONS(
      51, Retry.RETRIABLE, "Another operation on the same transaction is not finished yet."),
  TRANSACTION_COORDINATOR_FENCED(
      52, Retry.FINAL, "The transaction marker comes from a coordinator that has been replaced."),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED(53, Retry.FINAL, "Not allowed on this transactional id."),
  SECURITY_DISABLED(54, Retry.FINAL, "No authorizer is configured."),
  OPERATION_NOT_ATTEMPTED(
      55, Retry.FINAL, "Another part of the request failed, so this part was not tried."),
  KAFKA_STORAGE_ERROR(
      56, Retry.RETRIABLE, "The log directory that holds the partition cannot be used."),
  LOG_DIR_NOT_FOUND(57, Retry.FINAL, "The broker has no log directory of this path."),
  SASL_AUTHENTICATION_FAILED(58, Retry.FINAL, "The credentials were not accepted."),
  UNKNOWN_PRODUCER_ID(
      59,
      Retry.FINAL,
      "Nothing is known about this producer id any more; its records may have been deleted."),
  REASSIGNMENT_IN_PROGRESS(60, Retry.FINAL, "The partition is being reassigned already."),
  DELEGATION_TOKEN_AUTH_DISABLED(61, Retry.FINAL, "Delegation tokens are not enabled."),
  DELEGATION_TOKEN_NOT_FOUND(62, Retry.FINAL, "There is no such delegation token."),
  DELEGATION_TOKEN_OWNER_MISMATCH(
      63, Retry.FINAL, "Neither owner nor renewer of the delegation token."),
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED(
      64, Retry.FINAL, "Delegation tokens cannot be asked for on this kind of connection."),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED(65, Retry.FINAL, "Not allowed on this delegation token."),
  DELEGATION_TOKEN_EXPIRED(66, Retry.FINAL, "The delegation token has expired."),
  INVALID_PRINCIPAL_TYPE(67, Retry.FINAL, "This type of principal is not supported."),
  NON_EMPTY_GROUP(68, Retry.FINAL, "The group still has members."),
  GROUP_ID_NOT_FOUND(69, Retry.FINAL, "There is no such group."),
  FETCH_SESSION_ID_NOT_FOUND(70, Retry.RETRIABLE, "There is no fetch session with this id."),
  INVALID_FETCH_SESSION_EPOCH(71, Retry.RETRIABLE, "The fetch session expects another epoch."),
  LISTENER_NOT_FOUND(
      72, Retry.RETRIABLE, "The leader has no listener of the name that the client uses."),
  TOPIC_DELETION_DISABLED(73, Retry.FINAL, "delete.topic.enable is off."),
  FENCED_LEADER_EPOCH(
      74, Retry.RETRIABLE, "The leader epoch of the request is older than the partition's."),
  UNKNOWN_LEADER_EPOCH(
      75, Retry.RETRIABLE, "The leader epoch of the request is newer than the partition's."),
  UNSUPPORTED_COMPRESSION_TYPE(
      76, Retry.FINAL, "The client's version does not know the compression of the records."),
  STALE_BROKER_EPOCH(77, Retry.FINAL, "The broker has registered again since."),
  OFFSET_NOT_AVAILABLE(
      78, Retry.RETRIABLE, "The new leader cannot say yet which offsets are committed."),
  MEMBER_ID_REQUIRED(79, Retry.FINAL, "Join again with the member id of this answer."),
  PREFERRED_LEADER_NOT_AVAILABLE(80, Retry.RETRIABLE, "The preferred leader is not there."),
  GROUP_MAX_SIZE_REACHED(81, Retry.FINAL, "The group is full."),
  FENCED_INSTANCE_ID(82, Retry.FINAL, "Another member has taken over this group.instance.id."),
  ELIGIBLE_LEADERS_NOT_AVAILABLE(83, Retry.RETRIABLE, "No replica that may lead is there."),
  ELECTION_NOT_NEEDED(84, Retry.RETRIABLE, "The partition already has the leader asked for."),
  NO_REASSIGNMENT_IN_PROGRESS(85, Retry.FINAL, "The partition is not being reassigned."),
  GROUP_SUBSCRIBED_TO_TOPIC(
      86, Retry.FINAL, "The group still consumes this topic, so its offsets stay."),
  INVALID_RECORD(87, Retry.FINAL, "A record breaks the rules of the topic or the format."),
  UNSTABLE_OFFSET_COMMIT(88, Retry.RETRIABLE, "A transaction that commits offsets is still open."),
  THROTTLING_QUOTA_EXCEEDED(89, Retry.RETRIABLE, "A quota is used up for now."),
  PRODUCER_FENCED(90, Retry.FINAL, "A newer producer uses the same transactional id."),
  RESOURCE_NOT_FOUND(91, Retry.FINAL, "The resource does not exist."),
  DUPLICATE_RESOURCE(92, Retry.FINAL, "The request names the same resource twice."),
  UNACCEPTABLE_CREDENTIAL(93, Retry.FINAL, "The credential does not meet the requirements."),
  INCONSISTENT_VOTER_SET(94, Retry.FINAL, "Sender or receiver is not among the expected voters."),
  INVALID_UPDATE_VERSION(95, Retry.FINAL, "The version of the update is not valid."),
  FEATURE_UPDATE_FAILED(96, Retry.FINAL, "The features could not be updated."),
  PRINCIPAL_DESERIALIZATION_FAILURE(97, Retry.FINAL, "The forwarded principal cannot be read."),
  SNAPSHOT_NOT_FOUND(98, Retry.FINAL, "There is no such snapshot."),
  POSITION_OUT_OF_RANGE(99, Retry.FINAL, "The position lies outside the snapshot."),
  UNKNOWN_TOPIC_ID(100, Retry.RETRIABLE, "This broker knows no topic with this id."),
  DUPLICATE_BROKER_REGISTRATION(101, Retry.FINAL, "A live broker uses this id already."),
  BROKER_ID_NOT_REGISTERED(102, Retry.FINAL, "No broker is registered under this id."),
  INCONSISTENT_TOPIC_ID(103, Retry.RETRIABLE, "The topic has another id than the request says."),
  INCONSISTENT_CLUSTER_ID(104, Retry.FINAL, "This is another cluster than the request says."),
  TRANSACTIONAL_ID_NOT_FOUND(105, Retry.FINAL, "There is no such transactional id."),
  FETCH_SESSION_TOPIC_ID_ERROR(
      106, Retry.RETRIABLE, "The fetch session mixes topic ids and topic names."),
  INELIGIBLE_REPLICA(107, Retry.FINAL, "The new ISR names a replica that may not be in it."),
  NEW_LEADER_ELECTED(108, Retry.FINAL, "The partition was changed, and now has another leader."),
  OFFSET_MOVED_TO_TIERED_STORAGE(
      109, Retry.FINAL, "The records at this offset are in tiered storage."),
  FENCED_MEMBER_EPOCH(
      110, Retry.FINAL, "The group has fenced this member: give up all partitions and join again."),
  UNRELEASED_INSTANCE_ID(111, Retry.FINAL, "Another member still holds this instance id."),
  UNSUPPORTED_ASSIGNOR(112, Retry.FINAL, "The group does not support this assignor."),
  STALE_MEMBER_EPOCH(
      113, Retry.FINAL, "The member's epoch is old: heartbeat first, then try again."),
  MISMATCHED_ENDPOINT_TYPE(114, Retry.FINAL, "The request belongs to another type of endpoint."),
  UNSUPPORTED_ENDPOINT_TYPE(115, Retry.FINAL, "This type of endpoint is not supported."),
  UNKNOWN_CONTROLLER_ID(116, Retry.FINAL, "There is no controller with this id."),
  UNKNOWN_SUBSCRIPTION_ID(
      117, Retry.FINAL, "The telemetry subscription is unknown or out of date."),
  TELEMETRY_TOO_LARGE(118, Retry.FINAL, "The pushed telemetry is larger than allowed."),
  INVALID_REGISTRATION(119, Retry.FINAL, "The controller refuses the broker's registration."),
  TRANSACTION_ABORTABLE(
      120, Retry.FINAL, "The transaction failed; abort it to go on with this transactional id."),
  INVALID_RECORD_STATE(121, Retry.FINAL, "The record is not in a state that can be acknowledged."),
  SHARE_SESSION_NOT_FOUND(122, Retry.RETRIABLE, "There is no such share session."),
  INVALID_SHARE_SESSION_EPOCH(123, Retry.RETRIABLE, "The share session expects another epoch."),
  FENCED_STATE_EPOCH(124, Retry.FINAL, "The share group's state has another epoch."),
  INVALID_VOTER_KEY(125, Retry.FINAL, "The voter's key is not that of the replica."),
  DUPLICATE_VOTER(126, Retry.FINAL, "The voter is in the set already."),
  VOTER_NOT_FOUND(127, Retry.FINAL, "The voter is not in the set."),
  INVALID_REGULAR_EXPRESSION(128, Retry.FINAL, "The regular expression is not valid."),
  REBOOTSTRAP_REQUIRED(129, Retry.FINAL, "The client must start again from its bootstrap servers."),
  STREAMS_INVALID_TOPOLOGY(130, Retry.FINAL, "The topology is not valid."),
  STREAMS_INVALID_TOPOLOGY_EPOCH(131, Retry.FINAL, "The topology epoch is not valid."),
  STREAMS_TOPOLOGY_FENCED(132, Retry.FINAL, "The group has a newer topology."),
  SHARE_SESSION_LIMIT_REACHED(
      133, Retry.RETRIABLE, "There are as many share sessions as the broker allows."),
  GROUP_DELETION_FAILED(
      134, Retry.FINAL, "The group could not be deleted; its own message says why."),
  STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED(
      135, Retry.FINAL, "The topology's description could not be taken in; the message says why."),
  CONTROLLER_ID_NOT_REGISTERED(136, Retry.FINAL, "No controller is registered under this id.");

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
