package org.stoker.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.stoker.base.Seed;
import org.stoker.metadata.Command.AllocateProducerIds;
import org.stoker.metadata.Command.ConfigResult;
import org.stoker.metadata.Command.CreatedTopic;
import org.stoker.metadata.Command.DeletedTopic;
import org.stoker.metadata.Command.ProducerIds;
import org.stoker.metadata.Command.TopicResult;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.ConfigRecord;
import org.stoker.protocol.record.ProducerIdsRecord;

/**
 * Decides every change to the cluster: from the image and a command to records and a reply. It does
 * nothing itself, keeps nothing, and knows no time.
 */
public final class Controller {
  private static final int PRODUCER_IDS_AT_ONCE = 1000;

  private final TopicDecisions topics;
  private final ConfigDecisions configs;
  private final BrokerDecisions brokers;
  private final PartitionDecisions partitions;
  private final FeatureDecisions features;

  /** Without a bound on what topics take. */
  public Controller(
      ConfigRules rules, ClusterDefaults defaults, Map<String, Short> firstFeatures, Seed seed) {
    this(rules, defaults, firstFeatures, TopicLimits.UNLIMITED, seed);
  }

  /**
   * @param firstFeatures the levels that a cluster is founded with
   * @param limits bound what clients may have made
   */
  public Controller(
      ConfigRules rules,
      ClusterDefaults defaults,
      Map<String, Short> firstFeatures,
      TopicLimits limits,
      Seed seed) {
    this.partitions = new PartitionDecisions(defaults);
    this.configs = new ConfigDecisions(rules, limits);
    this.topics = new TopicDecisions(configs, defaults, limits, seed);
    this.features = new FeatureDecisions(partitions);
    this.brokers = new BrokerDecisions(firstFeatures, partitions);
  }

  Decision<List<CreatedTopic>> createTopics(ClusterImage image, Command.CreateTopics command) {
    return topics.create(image, command);
  }

  Decision<List<DeletedTopic>> deleteTopics(ClusterImage image, Command.DeleteTopics command) {
    return TopicDecisions.delete(image, command);
  }

  Decision<List<TopicResult>> createPartitions(
      ClusterImage image, Command.CreatePartitions command) {
    return topics.createPartitions(image, command);
  }

  Decision<List<ConfigResult>> alterConfigs(
      ClusterImage image, Command.IncrementalAlterConfigs command) {
    return withPartitions(image, configs.alter(image, command));
  }

  Decision<List<ConfigResult>> alterConfigs(ClusterImage image, Command.AlterConfigs command) {
    return withPartitions(image, configs.alter(image, command));
  }

  /** What follows for partitions if it changes how many replicas must be in sync. */
  private <R> Decision<R> withPartitions(ClusterImage image, Decision<R> decision) {
    boolean concernsPartitions =
        decision.records().stream()
            .anyMatch(message ->
                message instanceof ConfigRecord record
                    && record.name().equals(PartitionDecisions.MIN_IN_SYNC));
    if (!concernsPartitions) {
      return decision;
    }
    List<Message> records = new ArrayList<>(decision.records());
    records.addAll(partitions.afterRulesChanged(ImageDraft.after(image, records)));
    return Decision.of(records, decision.reply());
  }

  BrokerDecisions brokers() {
    return brokers;
  }

  PartitionDecisions partitions() {
    return partitions;
  }

  FeatureDecisions features() {
    return features;
  }

  Decision<ProducerIds> allocateProducerIds(ClusterImage image, AllocateProducerIds command) {
    Result refusal = BrokerDecisions.refusal(image, command.brokerId(), command.brokerEpoch());
    if (refusal != null) {
      return Decision.nothing(command.failed(refusal));
    }
    long first = image.nextProducerId();
    if (first > Long.MAX_VALUE - PRODUCER_IDS_AT_ONCE) {
      return Decision.nothing(
          command.failed(ErrorCode.UNKNOWN_SERVER_ERROR, "All producer ids are used up."));
    }
    var record =
        new ProducerIdsRecord()
            .setBrokerId(command.brokerId())
            .setBrokerEpoch(command.brokerEpoch())
            .setNextProducerId(first + PRODUCER_IDS_AT_ONCE);
    return Decision.of(List.of(record), new ProducerIds(Result.OK, first, PRODUCER_IDS_AT_ONCE));
  }
}
