package org.stoker.handlers;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command.FeatureChange;
import org.stoker.metadata.Command.UpdateFeatures;
import org.stoker.metadata.Command.UpgradeType;
import org.stoker.metadata.Result;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.UpdateFeaturesRequest;
import org.stoker.protocol.message.UpdateFeaturesRequest.FeatureUpdateKey;
import org.stoker.protocol.message.UpdateFeaturesResponse;
import org.stoker.protocol.message.UpdateFeaturesResponse.UpdatableFeatureResult;

/** UpdateFeatures (KIP-584): the levels that all brokers of the cluster work at. */
final class UpdateFeaturesHandler implements Handler<UpdateFeaturesRequest> {
  private static final int FIRST_VERSION_WITH_TYPES = 1;
  private static final int LAST_VERSION_WITH_RESULTS = 1;

  private final ControllerPort controller;

  UpdateFeaturesHandler(ControllerPort controller) {
    this.controller = controller;
  }

  @Override
  public void handle(UpdateFeaturesRequest body, RequestContext context) {
    List<FeatureChange> changes =
        body.featureUpdates().stream()
            .map(update ->
                new FeatureChange(
                    update.feature(), update.maxVersionLevel(), type(update, context.version())))
            .toList();
    Answers.when(
        controller.submit(new UpdateFeatures(changes, body.validateOnly()), body.timeoutMs()),
        context,
        result -> response(result, changes, context.version()));
  }

  private static UpgradeType type(FeatureUpdateKey update, short version) {
    if (version < FIRST_VERSION_WITH_TYPES) {
      // It knows only that a level may fall.
      return update.allowDowngrade() ? UpgradeType.SAFE_DOWNGRADE : UpgradeType.UPGRADE;
    }
    return switch (update.upgradeType()) {
      case 1 -> UpgradeType.UPGRADE;
      case 2 -> UpgradeType.SAFE_DOWNGRADE;
      case 3 -> UpgradeType.UNSAFE_DOWNGRADE;
      default -> UpgradeType.UNKNOWN;
    };
  }

  private static UpdateFeaturesResponse response(
      Result result, List<FeatureChange> changes, short version) {
    if (!result.isOk()) {
      return new UpdateFeaturesResponse()
          .setErrorCode(result.error().code())
          .setErrorMessage(sentence(result));
    }
    var response = new UpdateFeaturesResponse();
    if (version <= LAST_VERSION_WITH_RESULTS) {
      response.setResults(
          changes.stream()
              .map(change -> new UpdatableFeatureResult().setFeature(change.feature()))
              .toList());
    }
    return response;
  }

  /** In Kafka's words, where it is a feature's fault. */
  private static @Nullable String sentence(Result result) {
    return result.error() == ErrorCode.INVALID_UPDATE_VERSION
        ? "The update failed for all features since the following feature had an error: "
            + result.message()
        : result.message();
  }
}
