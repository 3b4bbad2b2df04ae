package org.stoker.metadata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command.FeatureChange;
import org.stoker.metadata.Command.UpgradeType;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.FeatureLevelRecord;

/** Decides at which levels the cluster's features are (KIP-584): all that is asked for, or none. */
final class FeatureDecisions {
  private final PartitionDecisions partitions;

  FeatureDecisions(PartitionDecisions partitions) {
    this.partitions = partitions;
  }

  Decision<Result> update(ClusterImage image, Command.UpdateFeatures command) {
    // As in Kafka, the last word on a feature counts.
    Map<String, FeatureChange> wanted = new LinkedHashMap<>();
    command.changes().forEach(change -> wanted.put(change.feature(), change));
    List<Message> records = new ArrayList<>();
    for (FeatureChange change : wanted.values()) {
      String problem = problemWith(image, change);
      if (problem != null) {
        return Decision.nothing(
            new Result(
                ErrorCode.INVALID_UPDATE_VERSION,
                "Invalid update version %d for feature %s. %s"
                    .formatted(change.level(), change.feature(), problem)));
      }
      if (change.level() != Features.level(image, change.feature())) {
        records.add(
            new FeatureLevelRecord().setName(change.feature()).setFeatureLevel(change.level()));
      }
    }
    if (command.validateOnly() || records.isEmpty()) {
      return Decision.nothing(Result.OK);
    }
    ClusterImage next = ImageDraft.after(image, records);
    if (Features.level(next, Features.ELIGIBLE_LEADER_REPLICAS) > 0) {
      records.addAll(ConfigDecisions.removalsOfMinInSync(image));
    }
    records.addAll(partitions.afterRulesChanged(next));
    return Decision.of(records, Result.OK);
  }

  private static @Nullable String problemWith(ClusterImage image, FeatureChange change) {
    short level = change.level();
    if (change.type() == UpgradeType.UNKNOWN) {
      return "The controller does not support the given upgrade type.";
    }
    if (level < 0) {
      return "A feature version cannot be less than 0.";
    }
    String unsupported = whoCannot(image, change);
    if (unsupported != null) {
      return unsupported;
    }
    short present = Features.level(image, change.feature());
    if (level < present && change.type() == UpgradeType.UPGRADE) {
      return "Can't downgrade the version of this feature without setting the upgrade type to"
          + " either safe or unsafe downgrade.";
    }
    if (level > present && change.type() != UpgradeType.UPGRADE) {
      return "Can't downgrade to a newer version.";
    }
    return Features.SUPPORTED.containsKey(change.feature())
        ? null
        : "Feature " + change.feature() + " not found.";
  }

  /** Every registered broker must be able to, even one that is away: it will come back. */
  private static @Nullable String whoCannot(ClusterImage image, FeatureChange change) {
    String unsupported =
        unsupported("Local controller " + image.controllerId(), Features.SUPPORTED, change);
    for (BrokerImage broker : image.brokers().values()) {
      if (unsupported == null) {
        unsupported = unsupported("Broker " + broker.id(), broker.features(), change);
      }
    }
    return unsupported;
  }

  private static @Nullable String unsupported(
      String who, Map<String, FeatureRange> features, FeatureChange change) {
    FeatureRange range = features.getOrDefault(change.feature(), FeatureRange.UNKNOWN);
    if (range.contains(change.level())) {
      return null;
    }
    return range.highest() == 0
        ? who + " does not support this feature."
        : who + " only supports versions " + range;
  }
}
