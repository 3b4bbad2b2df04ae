package org.stoker.replication;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.SharedMap;
import org.stoker.base.Uuid;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;

final class MissingDirectoriesTest {
  private static final Uuid GONE = new Uuid(77, 1);
  private static final Uuid UNASSIGNED = new Uuid(0, 1);

  private final OneOfTwoBrokers broker;

  MissingDirectoriesTest() throws Exception {
    broker = new OneOfTwoBrokers();
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  @Test
  void aDirectoryThatTheClusterKnowsAndTheBrokerLacksIsNamedOnce() {
    ClusterImage image =
        image(
            partition(GONE, OneOfTwoBrokers.SELF, OneOfTwoBrokers.OTHER),
            partition(GONE, OneOfTwoBrokers.SELF),
            partition(GONE, OneOfTwoBrokers.OTHER));

    assertThat(warnings(image))
        .singleElement()
        .asString()
        .contains(
            "Log directory " + GONE + " of broker 2 is missing",
            "replicas of 2 partitions were in it, and 1 of these partitions have no other replica");
  }

  @Test
  void aReplicaThatIsInAnotherDirectoryNowIsNotMissing() throws Exception {
    broker.partition(0);

    assertThat(warnings(image(partition(GONE, OneOfTwoBrokers.SELF)))).isEmpty();
  }

  @Test
  void aReplicaWithoutADirectoryYetIsNotMissing() {
    assertThat(warnings(image(partition(UNASSIGNED, OneOfTwoBrokers.SELF)))).isEmpty();
  }

  @Test
  void aReplicaOfADirectoryThatIsHereIsNotMissing() {
    Uuid here = requireNonNull(broker.directories.usable().getFirst().id());

    assertThat(warnings(image(partition(here, OneOfTwoBrokers.SELF)))).isEmpty();
  }

  private List<String> warnings(ClusterImage image) {
    return new MissingDirectories(OneOfTwoBrokers.SELF, broker.directories.usable())
        .warnings(image);
  }

  private static PartitionImage partition(Uuid directory, Integer... brokers) {
    List<Integer> replicas = List.of(brokers);
    return new PartitionImage(
        replicas,
        replicas,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        replicas.stream().map(_ -> directory).toList(),
        replicas.getFirst(),
        1,
        1,
        false);
  }

  private static ClusterImage image(PartitionImage... partitions) {
    var topic = new TopicImage("orders", OneOfTwoBrokers.TOPIC, List.of(partitions));
    SharedMap.Draft<String, TopicImage> byName = SharedMap.<String, TopicImage>empty().draft();
    SharedMap.Draft<Uuid, TopicImage> byId = SharedMap.<Uuid, TopicImage>empty().draft();
    byName.put(topic.name(), topic);
    byId.put(topic.id(), topic);
    ClusterImage nothing = ClusterImage.empty("cluster");
    return new ClusterImage(
        "cluster",
        1,
        1,
        OneOfTwoBrokers.OTHER,
        nothing.brokers(),
        byName.finish(),
        byId.finish(),
        nothing.configs(),
        nothing.features(),
        nothing.lastProducerIds());
  }
}
