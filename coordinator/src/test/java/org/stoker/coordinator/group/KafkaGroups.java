package org.stoker.coordinator.group;

import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;
import org.apache.kafka.coordinator.group.GroupMetadataManager;
import org.apache.kafka.coordinator.group.classic.ClassicGroup;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.CoordinatorErrors;
import org.stoker.coordinator.runtime.EncodedRecord;
import org.stoker.protocol.ErrorCode;
import org.stoker.testkit.SimulatedClock;

/**
 * Kafka's own shard of groups behind our commands and replies: takes the part of its runtime that
 * replays a result's records and tells it that they were stored, at once.
 */
final class KafkaGroups {
  private final SimulatedClock clock;
  private final SnapshotRegistry snapshots = new SnapshotRegistry(new LogContext());
  private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
  private final List<EncodedRecord> written = new ArrayList<>();
  private final KafkaTimers timers;
  private final GroupCoordinatorShard shard;
  private long nextOffset;
  private @Nullable Errors refusal;

  /**
   * @param stored what is in the log already
   */
  KafkaGroups(GroupCoordinatorConfig config, SimulatedClock clock, List<EncodedRecord> stored) {
    this.clock = clock;
    this.timers = new KafkaTimers(clock, this::carryOut);
    this.shard = shard(config);
    stored.forEach(this::replay);
    snapshots.idempotentCreateSnapshot(nextOffset);
    shard.onLoaded(CoordinatorMetadataImage.EMPTY);
  }

  private GroupCoordinatorShard shard(GroupCoordinatorConfig config) {
    var keys = new ConfigDef(org.apache.kafka.coordinator.group.GroupCoordinatorConfig.CONFIG_DEF);
    ShareGroupConfig.CONFIG_DEF.configKeys().values().forEach(keys::define);
    var values = new AbstractConfig(keys, properties(config), false);
    var kafkaConfig = new org.apache.kafka.coordinator.group.GroupCoordinatorConfig(values);
    var shareConfig = new ShareGroupConfig(values);
    var builder =
        new GroupCoordinatorShard.Builder(
            kafkaConfig, new GroupConfigManager(kafkaConfig, shareConfig));
    builder
        .withLogContext(new LogContext())
        .withSnapshotRegistry(snapshots)
        .withTime(time())
        .withTimer(timers)
        .withExecutor(noExecutor())
        .withCoordinatorMetrics(
            new GroupCoordinatorMetrics(
                new com.yammer.metrics.core.MetricsRegistry(), new Metrics()))
        .withTopicPartition(new TopicPartition("__consumer_offsets", 0));
    builder.withAuthorizerPlugin(Optional.empty());
    return builder.build();
  }

  private static Map<String, Object> properties(GroupCoordinatorConfig config) {
    return Map.of(
        "group.max.size", config.maxSize(),
        "group.initial.rebalance.delay.ms", config.initialRebalanceDelayMs(),
        "group.min.session.timeout.ms", config.minSessionTimeoutMs(),
        "group.max.session.timeout.ms", config.maxSessionTimeoutMs(),
        "offset.metadata.max.bytes", config.offsets().metadataMaxBytes(),
        "offsets.retention.minutes", (int) (config.offsets().retentionMs() / 60_000),
        "offsets.retention.check.interval.ms", config.offsets().retentionCheckIntervalMs());
  }

  private Time time() {
    return (Time)
        Proxy.newProxyInstance(
            KafkaGroups.class.getClassLoader(),
            new Class<?>[] {Time.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "milliseconds", "hiResClockMs" -> clock.wallMs();
                  case "nanoseconds" -> clock.monotonicNs();
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @SuppressWarnings("unchecked") // the proxy is what it is asked to be
  private static CoordinatorExecutor<CoordinatorRecord> noExecutor() {
    return (CoordinatorExecutor<CoordinatorRecord>)
        Proxy.newProxyInstance(
            KafkaGroups.class.getClassLoader(),
            new Class<?>[] {CoordinatorExecutor.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }

  private void replay(EncodedRecord record) {
    Bytes value = record.value();
    CoordinatorRecord read =
        serde.deserialize(
            ByteBuffer.wrap(record.key().array()),
            value == null ? null : ByteBuffer.wrap(value.array()));
    shard.replay(nextOffset++, -1L, (short) -1, read);
  }

  /** From now on every append fails so; null ends that. */
  void refuseWith(@Nullable Errors error) {
    refusal = error;
  }

  /** What was written since the last call. */
  List<EncodedRecord> takeWritten() {
    List<EncodedRecord> taken = List.copyOf(written);
    written.clear();
    return taken;
  }

  /** What Kafka's runtime does with a result. */
  private Optional<Errors> carryOut(CoordinatorResult<?, CoordinatorRecord> result) {
    if (result.records().isEmpty()) {
      if (result.appendFuture() != null) {
        result.appendFuture().complete(null);
      }
      return Optional.empty();
    }
    if (refusal != null) {
      snapshots.revertToSnapshot(nextOffset);
      OracleRun.GROUPS.stream()
          .filter(groupId -> findGroup(groupId) == null)
          .forEach(timers::cancelJoin);
      if (result.appendFuture() != null) {
        result.appendFuture().completeExceptionally(refusal.exception());
      }
      return Optional.of(refusal);
    }
    for (CoordinatorRecord record : result.records()) {
      if (result.replayRecords()) {
        shard.replay(nextOffset, -1L, (short) -1, record);
      }
      nextOffset++;
      byte[] value = serde.serializeValue(record);
      written.add(
          new EncodedRecord(
              Bytes.of(serde.serializeKey(record)), value == null ? null : Bytes.of(value)));
    }
    if (result.appendFuture() != null) {
      result.appendFuture().complete(null);
    }
    snapshots.idempotentCreateSnapshot(nextOffset);
    snapshots.deleteSnapshotsUpTo(nextOffset);
    return Optional.empty();
  }

  // ---- members ----

  CompletableFuture<JoinGroupReply> join(JoinGroupCommand command) {
    var request =
        new JoinGroupRequestData()
            .setGroupId(command.groupId())
            .setMemberId(command.memberId())
            .setGroupInstanceId(command.groupInstanceId())
            .setProtocolType(command.protocolType())
            .setSessionTimeoutMs(command.sessionTimeoutMs())
            .setRebalanceTimeoutMs(command.rebalanceTimeoutMs())
            .setReason(command.reason());
    for (GroupProtocol protocol : command.protocols()) {
      request
          .protocols()
          .add(
              new JoinGroupRequestData.JoinGroupRequestProtocol()
                  .setName(protocol.name())
                  .setMetadata(protocol.metadata().array()));
    }
    int version = command.canSkipAssignment() ? 9 : command.memberIdRequired() ? 5 : 3;
    var future = new CompletableFuture<JoinGroupResponseData>();
    try {
      CoordinatorResult<Boolean, CoordinatorRecord> result =
          shard.classicGroupJoin(
              context(version, command.client().clientId()), request, future, true);
      carryOut(result);
    } catch (ApiException | IllegalStateException e) {
      future.complete(new JoinGroupResponseData().setErrorCode(Errors.forException(e).code()));
    }
    return track(future, KafkaReplies::reply);
  }

  CompletableFuture<SyncGroupReply> sync(SyncGroupCommand command) {
    var request =
        new SyncGroupRequestData()
            .setGroupId(command.groupId())
            .setMemberId(command.memberId())
            .setGroupInstanceId(command.groupInstanceId())
            .setGenerationId(command.generationId())
            .setProtocolType(command.protocolType())
            .setProtocolName(command.protocolName());
    command
        .assignments()
        .forEach((memberId, assignment) ->
            request
                .assignments()
                .add(
                    new SyncGroupRequestData.SyncGroupRequestAssignment()
                        .setMemberId(memberId)
                        .setAssignment(assignment.array())));
    var future = new CompletableFuture<SyncGroupResponseData>();
    try {
      carryOut(shard.classicGroupSync(context(5, "client"), request, future));
    } catch (ApiException e) {
      future.complete(new SyncGroupResponseData().setErrorCode(Errors.forException(e).code()));
    }
    return track(
        future,
        data ->
            new SyncGroupReply(
                KafkaReplies.error(data.errorCode()),
                data.protocolType(),
                data.protocolName(),
                Bytes.of(data.assignment())));
  }

  ErrorCode heartbeat(HeartbeatCommand command) {
    var request =
        new HeartbeatRequestData()
            .setGroupId(command.groupId())
            .setMemberId(command.memberId())
            .setGroupInstanceId(command.groupInstanceId())
            .setGenerationId(command.generationId());
    return answer(
        () -> shard.classicGroupHeartbeat(context(4, "client"), request),
        data -> KafkaReplies.error(data.errorCode()),
        failure -> failure);
  }

  LeaveGroupReply leave(LeaveGroupCommand command) {
    var request = new LeaveGroupRequestData().setGroupId(command.groupId());
    for (LeaveGroupCommand.LeavingMember member : command.members()) {
      request
          .members()
          .add(
              new LeaveGroupRequestData.MemberIdentity()
                  .setMemberId(member.memberId())
                  .setGroupInstanceId(member.groupInstanceId())
                  .setReason(member.reason()));
    }
    return answer(
        () -> shard.classicGroupLeave(context(5, "client"), request),
        KafkaReplies::reply,
        // As its service does with the exception of an unknown group.
        failure ->
            failure == ErrorCode.UNKNOWN_MEMBER_ID
                ? LeaveGroupReply.refusedEach(failure, command)
                : LeaveGroupReply.refused(failure));
  }

  // ---- offsets ----

  CommitOffsetsReply commit(CommitOffsetsCommand command) {
    var request =
        new OffsetCommitRequestData()
            .setGroupId(command.groupId())
            .setMemberId(command.memberId())
            .setGroupInstanceId(command.groupInstanceId())
            .setGenerationIdOrMemberEpoch(command.generationId())
            .setRetentionTimeMs(command.retentionTimeMs());
    for (CommitOffsetsCommand.Topic topic : command.topics()) {
      var asked =
          new OffsetCommitRequestData.OffsetCommitRequestTopic()
              .setName(topic.name())
              .setTopicId(KafkaReplies.uuid(topic.topicId()));
      for (CommitOffsetsCommand.Partition partition : topic.partitions()) {
        asked
            .partitions()
            .add(
                new OffsetCommitRequestData.OffsetCommitRequestPartition()
                    .setPartitionIndex(partition.partition())
                    .setCommittedOffset(partition.offset())
                    .setCommittedLeaderEpoch(partition.leaderEpoch())
                    .setCommittedMetadata(partition.metadata()));
      }
      request.topics().add(asked);
    }
    return answer(
        () ->
            shard.commitOffset(context(command.knowsGroupIdNotFound() ? 10 : 8, "client"), request),
        KafkaReplies::reply,
        failure -> CommitOffsetsReply.refused(failure, command));
  }

  FetchOffsetsReply fetch(FetchOffsetsCommand command) {
    var request =
        new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId(command.groupId());
    if (command.topics() == null) {
      request.setTopics(null);
    } else {
      for (FetchOffsetsCommand.Topic topic : command.topics()) {
        request
            .topics()
            .add(
                new OffsetFetchRequestData.OffsetFetchRequestTopics()
                    .setName(topic.name())
                    .setTopicId(KafkaReplies.uuid(topic.topicId()))
                    .setPartitionIndexes(topic.partitions()));
      }
    }
    OffsetFetchResponseData.OffsetFetchResponseGroup data =
        shard.fetchOffsets(request, Long.MAX_VALUE);
    return new FetchOffsetsReply(
        data.groupId(),
        KafkaReplies.error(data.errorCode()),
        data.topics().stream()
            .map(topic ->
                new FetchOffsetsReply.Topic(
                    topic.name(),
                    KafkaReplies.uuid(topic.topicId()),
                    topic.partitions().stream()
                        .map(partition ->
                            new FetchOffsetsReply.Partition(
                                partition.partitionIndex(),
                                partition.committedOffset(),
                                partition.committedLeaderEpoch(),
                                partition.metadata()))
                        .toList()))
            .toList());
  }

  DeleteOffsetsReply deleteOffsets(DeleteOffsetsCommand command) {
    var request = new OffsetDeleteRequestData().setGroupId(command.groupId());
    for (DeleteOffsetsCommand.Topic topic : command.topics()) {
      var asked = new OffsetDeleteRequestData.OffsetDeleteRequestTopic().setName(topic.name());
      for (int partition : topic.partitions()) {
        asked
            .partitions()
            .add(
                new OffsetDeleteRequestData.OffsetDeleteRequestPartition()
                    .setPartitionIndex(partition));
      }
      request.topics().add(asked);
    }
    return answer(
        () -> shard.deleteOffsets(context(0, "client"), request),
        KafkaReplies::reply,
        DeleteOffsetsReply::refused);
  }

  // ---- groups ----

  Map<String, ErrorCode> deleteGroups(List<String> groupIds) {
    return answer(
        () -> shard.deleteGroups(context(2, "client"), groupIds),
        results -> {
          var outcomes = new LinkedHashMap<String, ErrorCode>();
          results.forEach(
              result -> outcomes.put(result.groupId(), KafkaReplies.error(result.errorCode())));
          return outcomes;
        },
        failure -> GroupShard.allTo(groupIds, failure));
  }

  void topicsDeleted(Map<String, org.stoker.base.Uuid> deleted) {
    List<GroupCoordinatorShard.DeletedTopic> topics =
        deleted.entrySet().stream()
            .map(entry ->
                new GroupCoordinatorShard.DeletedTopic(
                    KafkaReplies.uuid(entry.getValue()), entry.getKey()))
            .toList();
    carryOut(shard.onTopicsDeleted(topics));
  }

  List<GroupListing> list() {
    List<ListGroupsResponseData.ListedGroup> groups =
        shard.listGroups(List.of(), List.of(), Long.MAX_VALUE);
    return groups.stream()
        .map(group ->
            new GroupListing(
                group.groupId(), group.protocolType(), group.groupState(), group.groupType()))
        .sorted(java.util.Comparator.comparing(GroupListing::groupId))
        .toList();
  }

  GroupDescription describe(String groupId) {
    DescribeGroupsResponseData.DescribedGroup group =
        shard.describeGroups(context(6, "client"), List.of(groupId), Long.MAX_VALUE).get(0);
    return new GroupDescription(
        group.groupId(),
        KafkaReplies.error(group.errorCode()),
        group.errorMessage(),
        group.groupState(),
        group.protocolType(),
        group.protocolData(),
        group.members().stream()
            .map(member ->
                new GroupDescription.Member(
                    member.memberId(),
                    member.groupInstanceId(),
                    new ClientIdentity(member.clientId(), member.clientHost()),
                    Bytes.of(member.memberMetadata()),
                    Bytes.of(member.memberAssignment())))
            .toList());
  }

  /** Members of the group, those that were only given an id included. */
  Set<String> memberIds(String groupId) {
    ClassicGroup group = findGroup(groupId);
    if (group == null) {
      return Set.of();
    }
    var memberIds = new TreeSet<>(group.allMemberIds());
    memberIds.addAll(pendingJoin(group));
    return memberIds;
  }

  int generationId(String groupId) {
    ClassicGroup group = findGroup(groupId);
    return group == null ? -1 : group.generationId();
  }

  @SuppressWarnings("unchecked") // the type of the field
  private static Set<String> pendingJoin(ClassicGroup group) {
    return (Set<String>) field(group, "pendingJoinMembers");
  }

  private @Nullable ClassicGroup findGroup(String groupId) {
    var groups = (GroupMetadataManager) field(shard, "groupMetadataManager");
    try {
      return (ClassicGroup) groups.group(groupId);
    } catch (org.apache.kafka.common.errors.GroupIdNotFoundException e) {
      return null;
    }
  }

  /** What its members wait for, as far as Kafka still knows. */
  List<CompletableFuture<?>> awaited(String groupId) {
    var awaited = new ArrayList<CompletableFuture<?>>();
    ClassicGroup group = findGroup(groupId);
    if (group != null) {
      group
          .allMembers()
          .forEach(member -> {
            ifKnown(member.awaitingJoinFuture(), awaited);
            ifKnown(member.awaitingSyncFuture(), awaited);
          });
    }
    return awaited;
  }

  private void ifKnown(@Nullable CompletableFuture<?> theirs, List<CompletableFuture<?>> awaited) {
    CompletableFuture<?> translated = theirs == null ? null : ours.get(theirs);
    if (translated != null) {
      awaited.add(translated);
    }
  }

  // ---- plumbing ----

  private final IdentityHashMap<CompletableFuture<?>, CompletableFuture<?>> ours =
      new IdentityHashMap<>();

  private <K, R> CompletableFuture<R> track(CompletableFuture<K> theirs, Function<K, R> translate) {
    CompletableFuture<R> translated = theirs.thenApply(translate);
    ours.put(theirs, translated);
    return translated;
  }

  private <K, R> R answer(
      Supplier<CoordinatorResult<K, CoordinatorRecord>> operation,
      Function<K, R> translate,
      Function<ErrorCode, R> failed) {
    try {
      CoordinatorResult<K, CoordinatorRecord> result = operation.get();
      Optional<Errors> failure = carryOut(result);
      return failure.isPresent()
          ? failed.apply(CoordinatorErrors.forClients(KafkaReplies.error(failure.get().code())))
          : translate.apply(result.response());
    } catch (ApiException e) {
      return failed.apply(KafkaReplies.error(Errors.forException(e).code()));
    }
  }

  private static AuthorizableRequestContext context(int version, String clientId) {
    return (AuthorizableRequestContext)
        Proxy.newProxyInstance(
            KafkaGroups.class.getClassLoader(),
            new Class<?>[] {AuthorizableRequestContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "requestVersion" -> version;
                  case "clientId" -> clientId;
                  case "clientAddress" -> InetAddress.getByAddress(new byte[] {10, 0, 0, 7});
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static Object field(Object of, String name) {
    try {
      Field field = of.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("Kafka has changed", e);
    }
  }
}
