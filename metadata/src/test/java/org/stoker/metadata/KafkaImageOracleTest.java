package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.metadata.PartitionRegistration;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand.ReconcileBrokers;
import org.stoker.metadata.Command.AllocateProducerIds;
import org.stoker.metadata.Command.ConfigChange;
import org.stoker.metadata.Command.ConfigChanges;
import org.stoker.metadata.Command.ConfigOperation;
import org.stoker.metadata.Command.CreatePartitions;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.DeleteTopics;
import org.stoker.metadata.Command.IncrementalAlterConfigs;
import org.stoker.metadata.Command.MorePartitions;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.Command.TopicReference;
import org.stoker.protocol.Message;
import org.stoker.protocol.MetadataRecordCodec;
import org.stoker.testkit.SplitMixSeed;

/** Kafka's own image, fed with our records byte by byte, is our image. */
final class KafkaImageOracleTest {
  private static final int SEEDS = 30;
  private static final int COMMANDS = 60;

  @Test
  void kafkasImageOfOurRecordsIsOurs() {
    for (long number = 0; number < SEEDS; number++) {
      var run = new Run(number);
      for (int command = 0; command < COMMANDS; command++) {
        run.step();
        assertThat(Run.described(run.kafka)).as("seed %d", number).isEqualTo(run.described());
      }
      var fromSnapshot = replay(MetadataImage.EMPTY, run.image.toRecords(), 1);
      assertThat(Run.described(fromSnapshot)).as("seed %d", number).isEqualTo(run.described());
    }
  }

  private static MetadataImage replay(MetadataImage image, List<Message> records, long offset) {
    var delta = new org.apache.kafka.image.MetadataDelta.Builder().setImage(image).build();
    for (Message record : records) {
      var bytes = MetadataRecordCodec.encode(record, record.highestSupportedVersion());
      delta.replay(
          MetadataRecordSerde.INSTANCE
              .read(new ByteBufferAccessor(bytes), bytes.remaining())
              .message());
    }
    return delta.apply(new MetadataProvenance(offset, 1, 0, true));
  }

  /** A random history of commands, applied on both sides. */
  private static final class Run {
    final SplitMixSeed seed;
    final Controller controller;
    final Map<Integer, BrokerImage> registered = new TreeMap<>();
    ClusterImage image = ClusterImage.empty("cluster");
    MetadataImage kafka = MetadataImage.EMPTY;
    private int names;
    private long epochs;

    Run(long number) {
      seed = new SplitMixSeed(number);
      // Kafka's image needs the level it was written for; 29 is that of 4.3.
      controller =
          new Controller(
              new PlainRules(),
              new ClusterDefaults(2, 1),
              Map.of("metadata.version", (short) 29),
              seed);
      register(1 + seed.nextInt(3));
      apply(new ReconcileBrokers(Map.copyOf(registered), true));
    }

    private void register(int id) {
      registered.put(
          id,
          new BrokerImage(
              id,
              ++epochs,
              Uuid.random(seed),
              List.of(new Endpoint("PLAINTEXT", "host" + id, 9092, (short) 0)),
              Map.of("metadata.version", new FeatureRange((short) 7, (short) 29)),
              seed.oneIn(2) ? null : "rack" + seed.nextInt(2),
              false,
              false,
              List.of(Uuid.random(seed))));
    }

    void step() {
      switch (seed.nextInt(7)) {
        case 0, 1 -> apply(new CreateTopics(List.of(NewTopic.of("t" + names++, -1, -1)), false));
        case 2 -> apply(new DeleteTopics(List.of(TopicReference.named(anyTopic()))));
        case 3 ->
            apply(
                new CreatePartitions(
                    List.of(new MorePartitions(anyTopic(), 3 + seed.nextInt(4), null)), false));
        case 4 -> alterSomething();
        case 5 -> {
          register(1 + seed.nextInt(3));
          if (seed.oneIn(3) && registered.size() > 1) {
            registered.remove(registered.keySet().iterator().next());
          }
          apply(new ReconcileBrokers(Map.copyOf(registered), false));
        }
        default -> {
          BrokerImage broker = registered.values().iterator().next();
          apply(new AllocateProducerIds(broker.id(), broker.epoch()));
        }
      }
    }

    private String anyTopic() {
      return "t" + seed.nextInt(names + 1);
    }

    private void alterSomething() {
      var resource =
          seed.oneIn(2) ? ConfigResource.topic(anyTopic()) : ConfigResource.everyBroker();
      ConfigOperation operation =
          List.of(
                  ConfigOperation.SET,
                  ConfigOperation.DELETE,
                  ConfigOperation.APPEND,
                  ConfigOperation.SUBTRACT)
              .get(seed.nextInt(4));
      apply(
          new IncrementalAlterConfigs(
              List.of(
                  new ConfigChanges(
                      resource, List.of(new ConfigChange("cleanup.policy", operation, "compact")))),
              false));
    }

    private void apply(Command<?> command) {
      List<Message> records = command.decide(controller, image).records();
      var draft = new ImageDraft(image);
      records.forEach(draft::replay);
      long offset = image.offset() + records.size();
      image = draft.finish(offset, 1, 1).image();
      kafka = KafkaImageOracleTest.replay(kafka, records, offset);
    }

    /** Our image in words that both sides can be put into. */
    Map<String, String> described() {
      Map<String, String> words = new TreeMap<>();
      for (TopicImage topic : image.topicsByName().values()) {
        for (int number = 0; number < topic.partitions().size(); number++) {
          PartitionImage partition = topic.partitions().get(number);
          words.put(
              topic.name() + "/" + topic.id() + "/" + number,
              partition.replicas()
                  + " isr "
                  + partition.isr()
                  + " leader "
                  + partition.leader()
                  + " epochs "
                  + partition.leaderEpoch()
                  + " "
                  + partition.partitionEpoch()
                  + " dirs "
                  + partition.directories());
        }
      }
      image
          .brokers()
          .values()
          .forEach(broker ->
              words.put(
                  "broker " + broker.id(),
                  broker.epoch()
                      + " "
                      + broker.incarnation()
                      + " "
                      + broker.fenced()
                      + " "
                      + broker.rack()
                      + " "
                      + broker.logDirs()));
      image
          .configs()
          .forEach((resource, values) -> words.put("config " + resource, values.toString()));
      words.put("producer ids", Long.toString(image.nextProducerId()));
      words.put("metadata.version", String.valueOf(image.features().get("metadata.version")));
      return words;
    }

    static Map<String, String> described(MetadataImage theirs) {
      Map<String, String> words = new TreeMap<>();
      theirs
          .topics()
          .topicsByName()
          .values()
          .forEach(topic ->
              topic
                  .partitions()
                  .forEach((number, partition) ->
                      words.put(
                          topic.name() + "/" + topic.id() + "/" + number, described(partition))));
      for (BrokerRegistration broker : theirs.cluster().brokers().values()) {
        words.put(
            "broker " + broker.id(),
            broker.epoch()
                + " "
                + broker.incarnationId()
                + " "
                + broker.fenced()
                + " "
                + broker.rack().orElse(null)
                + " "
                + broker.directories());
      }
      theirs
          .configs()
          .resourceData()
          .forEach((resource, values) -> {
            Map<String, String> data = new TreeMap<>(values.toMap());
            if (!data.isEmpty()) {
              words.put(
                  "config "
                      + (resource.type().id() == 2 ? "TOPIC" : "BROKER")
                      + " '"
                      + resource.name()
                      + "'",
                  data.toString());
            }
          });
      words.put("producer ids", Long.toString(Math.max(0, theirs.producerIds().nextProducerId())));
      words.put(
          "metadata.version",
          Short.toString(theirs.features().metadataVersionOrThrow().featureLevel()));
      return words;
    }

    private static String described(PartitionRegistration partition) {
      return list(partition.replicas)
          + " isr "
          + list(partition.isr)
          + " leader "
          + partition.leader
          + " epochs "
          + partition.leaderEpoch
          + " "
          + partition.partitionEpoch
          + " dirs "
          + Arrays.toString(partition.directories);
    }

    private static List<Integer> list(int[] values) {
      return Arrays.stream(values).boxed().toList();
    }
  }
}
