package org.stoker.handlers;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;
import org.stoker.base.LimitedExecutor;
import org.stoker.base.Timers;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.log.UsableDirectories;
import org.stoker.network.RequestDispatcher;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;
import org.stoker.replication.FetchSessions;
import org.stoker.replication.Partitions;
import org.stoker.settings.BrokerKeys;
import org.stoker.settings.BrokerSettings;
import org.stoker.settings.ConfigValues;

/** Makes the handler of every API that is served. */
public final class Handlers {
  // What reads or describes at length leaves workers for others.
  private static final int MAX_SEARCHES_AT_ONCE = 4;
  private static final int MAX_DESCRIPTIONS_AT_ONCE = 2;

  // What a broker hands to the controller for its clients, or asks of it for itself.
  private static final Set<ApiKey> FORWARDABLE =
      Set.of(
          ApiKey.CREATE_TOPICS,
          ApiKey.DELETE_TOPICS,
          ApiKey.CREATE_PARTITIONS,
          ApiKey.ALTER_CONFIGS,
          ApiKey.INCREMENTAL_ALTER_CONFIGS,
          ApiKey.ELECT_LEADERS,
          ApiKey.ALTER_PARTITION_REASSIGNMENTS,
          ApiKey.UNREGISTER_BROKER,
          ApiKey.UPDATE_FEATURES,
          ApiKey.DESCRIBE_QUORUM);

  private Handlers() {}

  /**
   * The rooms below, as handlers need them.
   *
   * @param controller this broker's own; refuses while another broker is the controller
   * @param anywhere the controller wherever it is, for what this broker itself wants changed
   */
  public record Rooms(
      ClusterView cluster,
      ControllerPort controller,
      ControllerPort anywhere,
      ControllerForward forward,
      MemberPort members,
      Partitions partitions,
      UsableDirectories directories,
      GroupCoordinator groups,
      ProducerIdBlocks producerIds,
      BrokerLoggers loggers,
      Supplier<BrokerSettings> settings) {}

  /**
   * What handlers need of the machine.
   *
   * @param reads run reads that may wait for the disk
   * @param checks run what takes a processor for long: compressed batches, descriptions
   * @param rewritten bounds the batches that are compressed anew
   */
  public record Machine(
      Clock clock,
      Timers timers,
      FetchSessions fetchSessions,
      Executor reads,
      Executor checks,
      HeapBudget rewritten) {}

  public static Dispatcher dispatcher(Rooms rooms, Machine machine) {
    Map<ApiKey, Handler<?>> handlers = new EnumMap<>(ApiKey.class);
    addData(handlers, rooms, machine);
    addCluster(handlers, rooms, machine);
    addGroups(handlers, rooms);
    Set<ApiKey> keys = EnumSet.copyOf(handlers.keySet());
    keys.add(ApiKey.API_VERSIONS);
    keys.add(ApiKey.ENVELOPE);
    ServedApis served = new ServedApis(keys);
    handlers.put(ApiKey.API_VERSIONS, new ApiVersionsHandler(served, rooms.cluster().images()));
    RequestDispatcher enclosed = new Dispatcher(handlers, served);
    handlers.put(ApiKey.ENVELOPE, new EnvelopeHandler(FORWARDABLE, enclosed));
    return new Dispatcher(handlers, served);
  }

  private static void addData(Map<ApiKey, Handler<?>> handlers, Rooms rooms, Machine machine) {
    PartitionLookup lookup = new PartitionLookup(rooms.cluster().images(), rooms.partitions());
    int mostFetchBytes = rooms.settings().get().values().integer("fetch.max.bytes");
    handlers.put(
        ApiKey.PRODUCE,
        new ProduceHandler(
            lookup, machine.checks(), machine.timers(), machine.clock(), machine.rewritten()));
    handlers.put(
        ApiKey.FETCH,
        new FetchHandler(
            rooms.cluster().images(),
            lookup,
            readReplicas(rooms),
            machine.fetchSessions(),
            machine.reads(),
            machine.timers(),
            mostFetchBytes));
    handlers.put(
        ApiKey.LIST_OFFSETS,
        new ListOffsetsHandler(lookup, new LimitedExecutor(machine.reads(), MAX_SEARCHES_AT_ONCE)));
    handlers.put(ApiKey.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(lookup));
    handlers.put(ApiKey.DELETE_RECORDS, new DeleteRecordsHandler(lookup, machine.timers()));
    handlers.put(ApiKey.DESCRIBE_PRODUCERS, new DescribeProducersHandler(lookup));
    handlers.put(
        ApiKey.DESCRIBE_LOG_DIRS, new DescribeLogDirsHandler(rooms.directories(), machine.reads()));
    handlers.put(ApiKey.INIT_PRODUCER_ID, new InitProducerIdHandler(rooms.producerIds()));
  }

  private static ReadReplicas readReplicas(Rooms rooms) {
    ConfigValues values = rooms.settings().get().values();
    return new ReadReplicas(
        rooms.cluster().images(),
        rooms.cluster().brokerId(),
        BrokerKeys.RACK_AWARE_SELECTOR.equals(values.find("replica.selector.class")));
  }

  private static void addCluster(Map<ApiKey, Handler<?>> handlers, Rooms rooms, Machine machine) {
    ClusterView cluster = rooms.cluster();
    ControllerPort controller = rooms.controller();
    Supplier<ConfigValues> values = () -> rooms.settings().get().values();
    TopicCreator creator = new TopicCreator(rooms.anywhere(), values);
    handlers.put(ApiKey.METADATA, new MetadataHandler(cluster, creator));
    handlers.put(ApiKey.FIND_COORDINATOR, new FindCoordinatorHandler(cluster, rooms.groups()));
    handlers.put(ApiKey.DESCRIBE_CLUSTER, new DescribeClusterHandler(cluster));
    handlers.put(
        ApiKey.DESCRIBE_TOPIC_PARTITIONS,
        new DescribeTopicPartitionsHandler(
            cluster, values.get().integer("max.request.partition.size.limit")));
    handlers.put(
        ApiKey.CREATE_TOPICS,
        forwarding(new CreateTopicsHandler(controller, rooms.settings()), rooms));
    handlers.put(
        ApiKey.DELETE_TOPICS, forwarding(new DeleteTopicsHandler(controller, values), rooms));
    handlers.put(
        ApiKey.CREATE_PARTITIONS, forwarding(new CreatePartitionsHandler(controller), rooms));
    handlers.put(
        ApiKey.DESCRIBE_CONFIGS,
        new DescribeConfigsHandler(
            cluster,
            rooms.loggers(),
            rooms.settings(),
            new LimitedExecutor(machine.checks(), MAX_DESCRIPTIONS_AT_ONCE)));
    BrokerAlterations brokers = new BrokerAlterations(cluster, rooms.settings());
    handlers.put(
        ApiKey.ALTER_CONFIGS,
        new AlterConfigsHandler(controller, rooms.anywhere(), brokers, values));
    handlers.put(
        ApiKey.INCREMENTAL_ALTER_CONFIGS,
        new IncrementalAlterConfigsHandler(
            controller,
            rooms.anywhere(),
            new LoggerAlterations(cluster.brokerId(), rooms.loggers()),
            brokers,
            values));
    handlers.put(ApiKey.LIST_CONFIG_RESOURCES, new ListConfigResourcesHandler(cluster));
    handlers.put(ApiKey.ELECT_LEADERS, forwarding(new ElectLeadersHandler(controller), rooms));
    handlers.put(
        ApiKey.ALTER_PARTITION_REASSIGNMENTS,
        forwarding(new AlterPartitionReassignmentsHandler(controller), rooms));
    handlers.put(
        ApiKey.LIST_PARTITION_REASSIGNMENTS, new ListPartitionReassignmentsHandler(cluster));
    handlers.put(
        ApiKey.UNREGISTER_BROKER, forwarding(new UnregisterBrokerHandler(controller), rooms));
    handlers.put(ApiKey.UPDATE_FEATURES, forwarding(new UpdateFeaturesHandler(controller), rooms));
    handlers.put(
        ApiKey.DESCRIBE_QUORUM,
        forwarding(new DescribeQuorumHandler(cluster, rooms.members()), rooms));
    // What brokers ask goes to the controller itself; whoever is not says so.
    handlers.put(ApiKey.ALTER_PARTITION, new AlterPartitionHandler(controller));
    handlers.put(ApiKey.ALLOCATE_PRODUCER_IDS, new AllocateProducerIdsHandler(controller));
    handlers.put(ApiKey.ASSIGN_REPLICAS_TO_DIRS, new AssignReplicasToDirsHandler(controller));
    handlers.put(ApiKey.BROKER_HEARTBEAT, new BrokerHeartbeatHandler(rooms.members()));
  }

  private static <Q extends Message> Handler<Q> forwarding(Handler<Q> onController, Rooms rooms) {
    return new ForwardingHandler<>(onController, rooms.forward());
  }

  private static void addGroups(Map<ApiKey, Handler<?>> handlers, Rooms rooms) {
    GroupCoordinator groups = rooms.groups();
    handlers.put(ApiKey.JOIN_GROUP, new JoinGroupHandler(groups));
    handlers.put(ApiKey.SYNC_GROUP, new SyncGroupHandler(groups));
    handlers.put(ApiKey.HEARTBEAT, new HeartbeatHandler(groups));
    handlers.put(ApiKey.LEAVE_GROUP, new LeaveGroupHandler(groups));
    handlers.put(ApiKey.OFFSET_COMMIT, new OffsetCommitHandler(rooms.cluster(), groups));
    handlers.put(ApiKey.OFFSET_FETCH, new OffsetFetchHandler(rooms.cluster(), groups));
    handlers.put(ApiKey.OFFSET_DELETE, new OffsetDeleteHandler(rooms.cluster(), groups));
    handlers.put(ApiKey.DESCRIBE_GROUPS, new DescribeGroupsHandler(groups));
    handlers.put(ApiKey.LIST_GROUPS, new ListGroupsHandler(groups));
    handlers.put(ApiKey.DELETE_GROUPS, new DeleteGroupsHandler(groups));
  }
}
