package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.SharedMap;
import org.stoker.base.Uuid;
import org.stoker.metadata.ClusterImage.ProducerIdBlock;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.BrokerRegistrationChangeRecord;
import org.stoker.protocol.record.ConfigRecord;
import org.stoker.protocol.record.FeatureLevelRecord;
import org.stoker.protocol.record.NoOpRecord;
import org.stoker.protocol.record.PartitionChangeRecord;
import org.stoker.protocol.record.PartitionRecord;
import org.stoker.protocol.record.ProducerIdsRecord;
import org.stoker.protocol.record.RegisterBrokerRecord;
import org.stoker.protocol.record.RemoveTopicRecord;
import org.stoker.protocol.record.TopicRecord;
import org.stoker.protocol.record.UnregisterBrokerRecord;

/** The next image while records are folded into it; a topic is copied once per draft. */
@ConfinedTo(ConfinedTo.CALLER)
final class ImageDraft {
  private final ClusterImage base;
  private final TreeMap<Integer, BrokerImage> brokers;
  private final SharedMap.Draft<ConfigResource, SortedMap<String, String>> configs;
  private final TreeMap<String, Short> features;
  // Topics that this draft has changed; names stay in the base until it is finished.
  private final Map<Uuid, TopicDraft> topics = new HashMap<>();
  private final Map<Uuid, TopicImage> deletedTopics = new HashMap<>();
  private final Set<ConfigResource> changedConfigs = new HashSet<>();
  private final Set<Integer> changedBrokers = new HashSet<>();
  private boolean featuresChanged;
  private ProducerIdBlock producerIds;

  private static final class TopicDraft {
    final String name;
    final Uuid id;
    final boolean created;
    final List<PartitionImage> partitions;
    final SortedSet<Integer> changed = new TreeSet<>();

    TopicDraft(String name, Uuid id, List<PartitionImage> partitions, boolean created) {
      this.name = name;
      this.id = id;
      this.partitions = new ArrayList<>(partitions);
      this.created = created;
    }
  }

  /** An image, and what is new in it. */
  record Finished(ClusterImage image, MetadataDelta delta) {}

  ImageDraft(ClusterImage base) {
    this.base = base;
    this.brokers = new TreeMap<>(base.brokers());
    this.configs = base.configs().draft();
    this.features = new TreeMap<>(base.features());
    this.producerIds = base.lastProducerIds();
  }

  /** The image once these records, by the same controller, are folded in. */
  static ClusterImage after(ClusterImage base, List<Message> records) {
    var draft = new ImageDraft(base);
    records.forEach(draft::replay);
    return draft
        .finish(base.offset() + records.size(), base.controllerEpoch(), base.controllerId())
        .image();
  }

  /**
   * Folds one record in.
   *
   * @throws IllegalStateException if it contradicts what came before, or is of an unknown kind
   */
  void replay(Message message) {
    switch (message) {
      case PartitionChangeRecord record -> replay(record);
      case PartitionRecord record -> replay(record);
      case TopicRecord record ->
          topics.put(
              record.topicId(), new TopicDraft(record.name(), record.topicId(), List.of(), true));
      case RemoveTopicRecord record -> replay(record);
      case ConfigRecord record -> replay(record);
      case RegisterBrokerRecord record ->
          changed(record.brokerId(), BrokerRecords.fromRecord(record));
      case BrokerRegistrationChangeRecord record ->
          changed(
              record.brokerId(),
              BrokerRecords.changedBy(existingBroker(record.brokerId()), record));
      case UnregisterBrokerRecord record -> changed(record.brokerId(), null);
      case ProducerIdsRecord record ->
          producerIds =
              new ProducerIdBlock(record.brokerId(), record.brokerEpoch(), record.nextProducerId());
      case FeatureLevelRecord record -> replay(record);
      case NoOpRecord _ -> {}
      default ->
          throw new IllegalStateException(
              "this version does not know what a " + message.getClass().getSimpleName() + " does");
    }
  }

  private void replay(PartitionRecord record) {
    TopicDraft topic = topic(record.topicId());
    int partition = record.partitionId();
    if (partition < 0 || partition > topic.partitions.size()) {
      throw new IllegalStateException(
          "partition "
              + partition
              + " of "
              + topic.name
              + " follows the "
              + topic.partitions.size()
              + " that there are");
    }
    PartitionImage image = PartitionImage.of(record);
    if (partition == topic.partitions.size()) {
      topic.partitions.add(image);
    } else {
      topic.partitions.set(partition, image);
    }
    topic.changed.add(partition);
  }

  private void replay(PartitionChangeRecord record) {
    TopicDraft topic = topic(record.topicId());
    int partition = record.partitionId();
    if (partition < 0 || partition >= topic.partitions.size()) {
      throw new IllegalStateException(
          "a change of " + topic.name + "-" + partition + ", which does not exist");
    }
    topic.partitions.set(partition, topic.partitions.get(partition).changedBy(record));
    topic.changed.add(partition);
  }

  private void replay(RemoveTopicRecord record) {
    TopicDraft drafted = topics.remove(record.topicId());
    TopicImage before = base.topic(record.topicId());
    if (deletedTopics.containsKey(record.topicId()) || (drafted == null && before == null)) {
      throw new IllegalStateException("topic " + record.topicId() + " is removed but not there");
    }
    String name = before != null ? before.name() : drafted == null ? "" : drafted.name;
    if (before != null) {
      deletedTopics.put(before.id(), before);
    }
    ConfigResource resource = ConfigResource.topic(name);
    if (configs.get(resource) != null) {
      configs.remove(resource);
      changedConfigs.add(resource);
    }
  }

  private void replay(ConfigRecord record) {
    ConfigResource.Type type = ConfigResource.Type.forId(record.resourceType());
    if (type == null) {
      throw new IllegalStateException("configuration of resource type " + record.resourceType());
    }
    var resource = new ConfigResource(type, record.resourceName());
    SortedMap<String, String> before = configs.get(resource);
    TreeMap<String, String> after = before == null ? new TreeMap<>() : new TreeMap<>(before);
    String value = record.value();
    if (value == null) {
      after.remove(record.name());
    } else {
      after.put(record.name(), value);
    }
    if (after.isEmpty()) {
      configs.remove(resource);
    } else {
      configs.put(resource, Collections.unmodifiableSortedMap(after));
    }
    changedConfigs.add(resource);
  }

  private void replay(FeatureLevelRecord record) {
    if (record.featureLevel() == 0) {
      features.remove(record.name());
    } else {
      features.put(record.name(), record.featureLevel());
    }
    featuresChanged = true;
  }

  private void changed(int brokerId, @Nullable BrokerImage broker) {
    if (broker == null) {
      brokers.remove(brokerId);
    } else {
      brokers.put(brokerId, broker);
    }
    changedBrokers.add(brokerId);
  }

  private BrokerImage existingBroker(int brokerId) {
    BrokerImage broker = brokers.get(brokerId);
    if (broker == null) {
      throw new IllegalStateException("broker " + brokerId + " changes but is not registered");
    }
    return broker;
  }

  private TopicDraft topic(Uuid id) {
    TopicDraft drafted = topics.get(id);
    if (drafted != null) {
      return drafted;
    }
    TopicImage topic = base.topic(id);
    if (topic == null || deletedTopics.containsKey(id)) {
      throw new IllegalStateException("a record names topic " + id + ", which does not exist");
    }
    var draft = new TopicDraft(topic.name(), id, topic.partitions(), false);
    topics.put(id, draft);
    return draft;
  }

  /** The image at this offset, as this controller wrote it; the draft must not be used any more. */
  Finished finish(long offset, int controllerEpoch, int controllerId) {
    SharedMap.Draft<String, TopicImage> byName = base.topicsByName().draft();
    SharedMap.Draft<Uuid, TopicImage> byId = base.topicsById().draft();
    for (TopicImage topic : deletedTopics.values()) {
      byName.remove(topic.name());
      byId.remove(topic.id());
    }
    Set<Uuid> created = new HashSet<>();
    Map<Uuid, SortedSet<Integer>> changedPartitions = new HashMap<>();
    for (TopicDraft draft : topics.values()) {
      var topic = new TopicImage(draft.name, draft.id, draft.partitions);
      byName.put(topic.name(), topic);
      byId.put(topic.id(), topic);
      changedPartitions.put(topic.id(), draft.changed);
      if (draft.created) {
        created.add(topic.id());
      }
    }
    var image =
        new ClusterImage(
            base.clusterId(),
            offset,
            controllerEpoch,
            controllerId,
            brokers,
            byName.finish(),
            byId.finish(),
            configs.finish(),
            features,
            producerIds);
    return new Finished(
        image,
        new MetadataDelta(
            base,
            created,
            deletedTopics,
            changedPartitions,
            changedConfigs,
            changedBrokers,
            featuresChanged));
  }
}
