package org.stoker.handlers;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;
import org.stoker.base.LimitedExecutor;
import org.stoker.base.Timers;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.log.UsableDirectories;
import org.stoker.protocol.ApiKey;
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
   * @param workers run what would hold an event loop up: checks of big batches, reads of cold data
   * @param rewritten bounds the batches that are compressed anew
   */
  public record Machine(
      Clock clock,
      Timers timers,
      FetchSessions fetchSessions,
      Executor workers,
      HeapBudget rewritten) {}

  public static Dispatcher dispatcher(Rooms rooms, Machine machine) {
    Map<ApiKey, Handler> handlers = new EnumMap<>(ApiKey.class);
    addData(handlers, rooms, machine);
    addCluster(handlers, rooms, machine);
    addGroups(handlers, rooms);
    Set<ApiKey> keys = EnumSet.copyOf(handlers.keySet());
    keys.add(ApiKey.API_VERSIONS);
    ServedApis served = new ServedApis(keys);
    handlers.put(ApiKey.API_VERSIONS, new ApiVersionsHandler(served, rooms.cluster().images()));
    return new Dispatcher(handlers, served);
  }

  private static void addData(Map<ApiKey, Handler> handlers, Rooms rooms, Machine machine) {
    PartitionLookup lookup = new PartitionLookup(rooms.cluster().images(), rooms.partitions());
    int mostFetchBytes = rooms.settings().get().values().integer("fetch.max.bytes");
    handlers.put(
        ApiKey.PRODUCE,
        new ProduceHandler(
            lookup, machine.workers(), machine.timers(), machine.clock(), machine.rewritten()));
    handlers.put(
        ApiKey.FETCH,
        new FetchHandler(
            rooms.cluster().images(),
            lookup,
            readReplicas(rooms),
            machine.fetchSessions(),
            machine.workers(),
            machine.timers(),
            mostFetchBytes));
    handlers.put(
        ApiKey.LIST_OFFSETS,
        new ListOffsetsHandler(
            lookup, new LimitedExecutor(machine.workers(), MAX_SEARCHES_AT_ONCE)));
    handlers.put(ApiKey.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(lookup));
    handlers.put(ApiKey.DELETE_RECORDS, new DeleteRecordsHandler(lookup, machine.timers()));
    handlers.put(ApiKey.DESCRIBE_PRODUCERS, new DescribeProducersHandler(lookup));
    handlers.put(
        ApiKey.DESCRIBE_LOG_DIRS,
        new DescribeLogDirsHandler(rooms.directories(), machine.workers()));
    handlers.put(ApiKey.INIT_PRODUCER_ID, new InitProducerIdHandler(rooms.producerIds()));
  }

  private static ReadReplicas readReplicas(Rooms rooms) {
    ConfigValues values = rooms.settings().get().values();
    return new ReadReplicas(
        rooms.cluster().images(),
        rooms.cluster().brokerId(),
        BrokerKeys.RACK_AWARE_SELECTOR.equals(values.find("replica.selector.class")));
  }

  private static void addCluster(Map<ApiKey, Handler> handlers, Rooms rooms, Machine machine) {
    ClusterView cluster = rooms.cluster();
    ControllerPort controller = rooms.controller();
    Supplier<ConfigValues> values = () -> rooms.settings().get().values();
    TopicCreator creator = new TopicCreator(rooms.anywhere(), values);
    BiConsumer<ApiKey, Handler> forwarded =
        (key, handler) -> handlers.put(key, new ForwardingHandler(handler, rooms.forward()));
    handlers.put(ApiKey.METADATA, new MetadataHandler(cluster, creator));
    handlers.put(ApiKey.FIND_COORDINATOR, new FindCoordinatorHandler(cluster, rooms.groups()));
    handlers.put(ApiKey.DESCRIBE_CLUSTER, new DescribeClusterHandler(cluster));
    handlers.put(
        ApiKey.DESCRIBE_TOPIC_PARTITIONS,
        new DescribeTopicPartitionsHandler(
            cluster, values.get().integer("max.request.partition.size.limit")));
    forwarded.accept(ApiKey.CREATE_TOPICS, new CreateTopicsHandler(controller, rooms.settings()));
    forwarded.accept(ApiKey.DELETE_TOPICS, new DeleteTopicsHandler(controller, values));
    forwarded.accept(ApiKey.CREATE_PARTITIONS, new CreatePartitionsHandler(controller));
    handlers.put(
        ApiKey.DESCRIBE_CONFIGS,
        new DescribeConfigsHandler(
            cluster,
            rooms.loggers(),
            rooms.settings(),
            new LimitedExecutor(machine.workers(), MAX_DESCRIPTIONS_AT_ONCE)));
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
    forwarded.accept(ApiKey.ELECT_LEADERS, new ElectLeadersHandler(controller));
    forwarded.accept(
        ApiKey.ALTER_PARTITION_REASSIGNMENTS, new AlterPartitionReassignmentsHandler(controller));
    handlers.put(
        ApiKey.LIST_PARTITION_REASSIGNMENTS, new ListPartitionReassignmentsHandler(cluster));
    forwarded.accept(ApiKey.UNREGISTER_BROKER, new UnregisterBrokerHandler(controller));
    forwarded.accept(ApiKey.UPDATE_FEATURES, new UpdateFeaturesHandler(controller));
    forwarded.accept(ApiKey.DESCRIBE_QUORUM, new DescribeQuorumHandler(cluster, rooms.members()));
    // What brokers ask goes to the controller itself; whoever is not says so.
    handlers.put(ApiKey.ALTER_PARTITION, new AlterPartitionHandler(controller));
    handlers.put(ApiKey.ALLOCATE_PRODUCER_IDS, new AllocateProducerIdsHandler(controller));
    handlers.put(ApiKey.ASSIGN_REPLICAS_TO_DIRS, new AssignReplicasToDirsHandler(controller));
    handlers.put(ApiKey.BROKER_HEARTBEAT, new BrokerHeartbeatHandler(rooms.members()));
  }

  private static void addGroups(Map<ApiKey, Handler> handlers, Rooms rooms) {
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
