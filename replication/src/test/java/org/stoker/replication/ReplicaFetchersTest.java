package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.SharedMap;
import org.stoker.metadata.ClusterImage;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.FetchRequest;

final class ReplicaFetchersTest {
  private static final int EPOCH = 5;
  private static final int PARTITIONS = 20;

  private final OneOfTwoBrokers broker = new OneOfTwoBrokers();
  private final List<Link> links = new ArrayList<>();
  private int perLeader = 1;
  private final ReplicaFetchers fetchers =
      new ReplicaFetchers(
          new ReplicaFetchers.Setting(
              new ReplicaFetcher.Setting(
                  OneOfTwoBrokers.SELF, () -> 1L, broker.clock, 500, 1, 1 << 20, 1 << 20, 50),
              () -> perLeader,
              "PLAINTEXT",
              (_, _) -> {
                var link = new Link();
                links.add(link);
                return link;
              },
              name -> new CallerRunsLane(name, Runnable::run)));

  ReplicaFetchersTest() throws Exception {}

  /** Keeps what is asked over it and never answers. */
  private static final class Link implements PeerLink {
    private int fetches;
    private boolean isClosed;

    @Override
    public void send(Message request, Consumer<Reply> onReply) {
      fetches += request instanceof FetchRequest ? 1 : 0;
    }

    @Override
    public void send(Message request, short version, Consumer<Reply> onReply) {
      send(request, onReply);
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }

  @AfterEach
  void stop() {
    fetchers.stop();
    broker.close();
  }

  @Test
  void asManyFetchersCopyFromALeaderAsThereAreNow() throws Exception {
    ClusterImage image = image();
    for (int index = 0; index < PARTITIONS; index++) {
      Partition partition = broker.partition(index);
      PartitionState state = OneOfTwoBrokers.led(OneOfTwoBrokers.OTHER, EPOCH);
      partition.follow(state);
      fetchers.follow(partition, state, image);
    }
    assertThat(links).hasSize(1);

    fetchers.brokersChanged(List.of(), image);
    assertThat(links).as("nothing has changed").hasSize(1);

    perLeader = 3;
    fetchers.brokersChanged(List.of(), image);

    assertThat(links).hasSize(1 + 3);
    assertThat(links.getFirst().isClosed).isTrue();
    assertThat(links.subList(1, 4)).allMatch(link -> !link.isClosed && link.fetches == 1);
  }

  private static ClusterImage image() {
    return new ClusterImage(
        "cluster",
        1,
        0,
        OneOfTwoBrokers.OTHER,
        OneOfTwoBrokers.registered(OneOfTwoBrokers.OTHER, OneOfTwoBrokers.SELF),
        SharedMap.empty(),
        SharedMap.empty(),
        SharedMap.empty(),
        new TreeMap<>(),
        ClusterImage.empty("cluster").lastProducerIds());
  }
}
