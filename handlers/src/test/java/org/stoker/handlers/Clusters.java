package org.stoker.handlers;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.stoker.base.SharedMap;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Endpoint;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;

/** Clusters as handlers see them. */
final class Clusters {
  static final Uuid ORDERS = new Uuid(5, 5);

  private Clusters() {}

  /** Brokers 1 to 3 with two log directories each, and a topic whose partition is on all. */
  static ClusterImage ofThree(String clusterId) {
    SortedMap<Integer, BrokerImage> brokers = new TreeMap<>();
    for (int id = 1; id <= 3; id++) {
      brokers.put(
          id,
          new BrokerImage(
              id,
              id,
              new Uuid(id, id),
              List.of(new Endpoint("PLAINTEXT", "host" + id, 9092, (short) 0)),
              Map.of(),
              null,
              false,
              false,
              List.of(new Uuid(77, id), new Uuid(78, id))));
    }
    ClusterImage empty = ClusterImage.empty(clusterId);
    TopicImage orders = new TopicImage("orders", ORDERS, List.of(partition()));
    SharedMap.Draft<String, TopicImage> byName = empty.topicsByName().draft();
    byName.put("orders", orders);
    SharedMap.Draft<Uuid, TopicImage> byId = empty.topicsById().draft();
    byId.put(ORDERS, orders);
    return new ClusterImage(
        clusterId,
        1,
        1,
        1,
        brokers,
        byName.finish(),
        byId.finish(),
        empty.configs(),
        empty.features(),
        empty.lastProducerIds());
  }

  /** On broker 3 in a directory that is gone. */
  private static PartitionImage partition() {
    return new PartitionImage(
        List.of(1, 2, 3),
        List.of(1, 2),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(new Uuid(78, 1), new Uuid(0, 1), new Uuid(99, 3)),
        1,
        4,
        4,
        false);
  }
}
