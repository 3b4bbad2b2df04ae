package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.SharedMap;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.ConfigRecord;
import org.stoker.protocol.record.FeatureLevelRecord;
import org.stoker.protocol.record.ProducerIdsRecord;
import org.stoker.protocol.record.TopicRecord;

/**
 * The cluster at one offset of its event log: immutable, and equal on every broker at equal offset.
 *
 * @param clusterId 22 characters of Base64, made once; "" before it is known
 * @param offset how many records of the log are folded in
 * @param controllerEpoch counts elections; −1 before the first
 * @param controllerId who wrote last; −1 before the first
 * @param lastProducerIds the block of producer ids that was given out last
 */
public record ClusterImage(
    String clusterId,
    long offset,
    int controllerEpoch,
    int controllerId,
    SortedMap<Integer, BrokerImage> brokers,
    SharedMap<String, TopicImage> topicsByName,
    SharedMap<Uuid, TopicImage> topicsById,
    SharedMap<ConfigResource, SortedMap<String, String>> configs,
    SortedMap<String, Short> features,
    ProducerIdBlock lastProducerIds) {

  public ClusterImage {
    brokers = Collections.unmodifiableSortedMap(brokers);
    features = Collections.unmodifiableSortedMap(features);
  }

  /** A cluster in which nothing has happened. */
  public static ClusterImage empty(String clusterId) {
    return new ClusterImage(
        clusterId,
        0,
        -1,
        -1,
        new TreeMap<>(),
        SharedMap.empty(),
        SharedMap.empty(),
        SharedMap.empty(),
        new TreeMap<>(),
        ProducerIdBlock.NONE);
  }

  public @Nullable TopicImage topic(String name) {
    return topicsByName.get(name);
  }

  public @Nullable TopicImage topic(Uuid id) {
    return topicsById.get(id);
  }

  public @Nullable BrokerImage broker(int id) {
    return brokers.get(id);
  }

  public @Nullable PartitionImage partition(TopicPartition partition) {
    TopicImage topic = topic(partition.topic());
    return topic == null
            || partition.partition() < 0
            || partition.partition() >= topic.partitions().size()
        ? null
        : topic.partitions().get(partition.partition());
  }

  /** The resource's own dynamic configuration; empty if it has none. */
  public SortedMap<String, String> configs(ConfigResource resource) {
    SortedMap<String, String> found = configs.get(resource);
    return found == null ? Collections.emptySortedMap() : found;
  }

  public long nextProducerId() {
    return lastProducerIds.next();
  }

  /**
   * The block of producer ids that was given out last, as its record says.
   *
   * @param next the first id after the block
   */
  public record ProducerIdBlock(int brokerId, long brokerEpoch, long next) {
    static final ProducerIdBlock NONE = new ProducerIdBlock(-1, -1, 0);
  }

  /** Records that make this image from nothing, the same for equal images. */
  List<Message> toRecords() {
    List<Message> records = new ArrayList<>();
    features.forEach((name, level) ->
        records.add(new FeatureLevelRecord().setName(name).setFeatureLevel(level)));
    brokers.values().forEach(broker -> records.add(BrokerRecords.toRecord(broker)));
    for (TopicImage topic : new TreeMap<>(topicsByName).values()) {
      records.add(new TopicRecord().setName(topic.name()).setTopicId(topic.id()));
      for (int partition = 0; partition < topic.partitions().size(); partition++) {
        records.add(topic.partitions().get(partition).toRecord(topic.id(), partition));
      }
    }
    var sortedConfigs =
        new TreeMap<ConfigResource, SortedMap<String, String>>(
            Comparator.comparing(ConfigResource::type).thenComparing(ConfigResource::name));
    sortedConfigs.putAll(configs);
    sortedConfigs.forEach((resource, values) ->
        values.forEach((name, value) -> records.add(configRecord(resource, name, value))));
    if (!lastProducerIds.equals(ProducerIdBlock.NONE)) {
      records.add(
          new ProducerIdsRecord()
              .setBrokerId(lastProducerIds.brokerId())
              .setBrokerEpoch(lastProducerIds.brokerEpoch())
              .setNextProducerId(lastProducerIds.next()));
    }
    return records;
  }

  static ConfigRecord configRecord(ConfigResource resource, String name, @Nullable String value) {
    return new ConfigRecord()
        .setResourceType(resource.type().id())
        .setResourceName(resource.name())
        .setName(name)
        .setValue(value);
  }
}
