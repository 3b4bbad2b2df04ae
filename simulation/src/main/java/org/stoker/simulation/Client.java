package org.stoker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.MetadataRequest;
import org.stoker.protocol.message.MetadataResponse;
import org.stoker.protocol.message.MetadataResponse.MetadataResponsePartition;
import org.stoker.protocol.message.MetadataResponse.MetadataResponseTopic;
import org.stoker.replication.PeerLink;
import org.stoker.testkit.SplitMixSeed;

/** What every client is made of: links to all brokers, and an idea of who leads what. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Client {
  private static final int REQUEST_TIMEOUT_MS = 3_000;
  private static final long MOST_NODES = 1_000;

  private final String name;
  private final int node;
  private final int brokerCount;
  private final World world;
  private final SplitMixSeed seed;
  private final SimulatedProcess process;
  private final Map<Integer, SimulatedLink> links = new TreeMap<>();
  private final Map<String, MetadataResponseTopic> topics = new TreeMap<>();

  Client(String name, int node, int brokerCount, World world) {
    this.name = name;
    this.node = node;
    this.brokerCount = brokerCount;
    this.world = world;
    this.seed = world.seed().fork();
    this.process = world.process(name);
  }

  String name() {
    return name;
  }

  SplitMixSeed seed() {
    return seed;
  }

  World world() {
    return world;
  }

  History history() {
    return world.history();
  }

  Counters counters() {
    return world.counters();
  }

  void later(int longestMs, Runnable task) {
    var _ = process.after(1 + seed.nextInt(longestMs), task);
  }

  void after(int delayMs, Runnable task) {
    var _ = process.after(delayMs, task);
  }

  int anyBroker() {
    return 1 + seed.nextInt(brokerCount);
  }

  /** Asks a broker; null if it did not answer. */
  void ask(int broker, Message request, Consumer<@Nullable Message> onAnswer) {
    linkTo(broker).send(request, reply -> onAnswer.accept(bodyOf(reply)));
  }

  /** The same in one version. */
  void ask(int broker, Message request, short version, Consumer<@Nullable Message> onAnswer) {
    linkTo(broker).send(request, version, reply -> onAnswer.accept(bodyOf(reply)));
  }

  /** Sends what is not answered. */
  void tell(int broker, Message request) {
    linkTo(broker).tell(request);
  }

  /** Names the connection over which the last request to this broker went, or was to go. */
  long connectionTo(int broker) {
    return (linkTo(broker).attempts() * MOST_NODES + broker) * MOST_NODES + node;
  }

  private SimulatedLink linkTo(int broker) {
    return links.computeIfAbsent(
        broker,
        to ->
            new SimulatedLink(
                world.network(),
                process,
                new SimulatedLink.Route(node, to, name, REQUEST_TIMEOUT_MS)));
  }

  private static @Nullable Message bodyOf(PeerLink.Reply reply) {
    return reply instanceof PeerLink.Reply.Answer(var body, var _) ? body : null;
  }

  /** Asks any broker about these topics; the task runs when it has answered, or has not. */
  void refresh(List<String> names, Runnable then) {
    List<MetadataRequest.MetadataRequestTopic> wanted = new ArrayList<>();
    names.forEach(topic -> wanted.add(new MetadataRequest.MetadataRequestTopic().setName(topic)));
    ask(
        anyBroker(),
        new MetadataRequest().setTopics(wanted).setAllowAutoTopicCreation(false),
        answer -> {
          if (answer instanceof MetadataResponse response) {
            for (MetadataResponseTopic topic : response.topics()) {
              String named = topic.name();
              if (topic.errorCode() == 0 && named != null) {
                topics.merge(named, topic, Client::newer);
              }
            }
          }
          then.run();
        });
  }

  /** A broker that was away tells of leaders that are long deposed: clients know by the epoch. */
  private static MetadataResponseTopic newer(
      MetadataResponseTopic before, MetadataResponseTopic told) {
    if (!before.topicId().equals(told.topicId())) {
      return told;
    }
    Map<Integer, MetadataResponsePartition> newest = new TreeMap<>();
    before.partitions().forEach(partition -> newest.put(partition.partitionIndex(), partition));
    for (MetadataResponsePartition partition : told.partitions()) {
      newest.merge(
          partition.partitionIndex(),
          partition,
          (known, other) -> other.leaderEpoch() < known.leaderEpoch() ? known : other);
    }
    return told.setPartitions(new ArrayList<>(newest.values()));
  }

  @Nullable MetadataResponseTopic topic(String named) {
    return topics.get(named);
  }

  /** Null while it is not known who leads. */
  @Nullable MetadataResponsePartition leaderOf(String named, int index) {
    MetadataResponseTopic topic = topics.get(named);
    if (topic != null) {
      for (MetadataResponsePartition partition : topic.partitions()) {
        if (partition.partitionIndex() == index && partition.leaderId() > 0) {
          return partition;
        }
      }
    }
    return null;
  }
}
