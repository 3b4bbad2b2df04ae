package org.stoker.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.FeatureChange;
import org.stoker.metadata.Command.UpdateFeatures;
import org.stoker.metadata.Command.UpgradeType;
import org.stoker.metadata.Result;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.UpdateFeaturesRequest;
import org.stoker.protocol.message.UpdateFeaturesRequest.FeatureUpdateKey;
import org.stoker.protocol.message.UpdateFeaturesResponse;

/** How each version of the request asks, and is answered. */
final class UpdateFeaturesHandlerTest {
  private final List<UpdateFeatures> submitted = new ArrayList<>();

  /** A controller whose answer to everything is this. */
  private final class Answering implements ControllerPort {
    private final Result result;

    Answering(Result result) {
      this.result = result;
    }

    @Override
    public <R> CompletableFuture<R> submit(Command<R> command, long timeoutMs) {
      submitted.add((UpdateFeatures) command);
      return CompletableFuture.completedFuture(command.failed(result));
    }
  }

  private UpdateFeaturesResponse ask(int version, Result result, FeatureUpdateKey... updates) {
    var request =
        new AskedRequest(
            ApiKey.UPDATE_FEATURES,
            (short) version,
            new UpdateFeaturesRequest().setFeatureUpdates(List.of(updates)).setValidateOnly(true));
    request.takeTo(new UpdateFeaturesHandler(new Answering(result)));
    return request.answer(UpdateFeaturesResponse.class);
  }

  private static FeatureUpdateKey update(String feature) {
    return new FeatureUpdateKey().setFeature(feature).setMaxVersionLevel((short) 3);
  }

  @Test
  void theTypeSaysWhichWayALevelMayGo() {
    ask(
        2,
        Result.OK,
        update("up").setUpgradeType((byte) 1),
        update("safe").setUpgradeType((byte) 2),
        update("unsafe").setUpgradeType((byte) 3),
        update("odd").setUpgradeType((byte) 9));

    assertThat(submitted.getFirst().changes())
        .containsExactly(
            new FeatureChange("up", (short) 3, UpgradeType.UPGRADE),
            new FeatureChange("safe", (short) 3, UpgradeType.SAFE_DOWNGRADE),
            new FeatureChange("unsafe", (short) 3, UpgradeType.UNSAFE_DOWNGRADE),
            new FeatureChange("odd", (short) 3, UpgradeType.UNKNOWN));
    assertThat(submitted.getFirst().validateOnly()).isTrue();
  }

  @Test
  void theFirstVersionKnowsOnlyWhetherALevelMayFall() {
    ask(0, Result.OK, update("up"), update("down").setAllowDowngrade(true));

    assertThat(submitted.getFirst().changes())
        .extracting(FeatureChange::type)
        .containsExactly(UpgradeType.UPGRADE, UpgradeType.SAFE_DOWNGRADE);
  }

  @Test
  void olderVersionsAreToldOfEachFeatureAndTheLastOneOnlyOfAll() {
    assertThat(ask(1, Result.OK, update("a"), update("b")).results())
        .extracting(UpdateFeaturesResponse.UpdatableFeatureResult::feature)
        .containsExactly("a", "b");
    assertThat(ask(2, Result.OK, update("a")).results()).isEmpty();
  }

  @Test
  void oneRefusalIsTheAnswerForAll() {
    UpdateFeaturesResponse response =
        ask(2, new Result(ErrorCode.INVALID_UPDATE_VERSION, "No such level."), update("a"));

    assertThat(response.errorCode()).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION.code());
    assertThat(response.errorMessage())
        .isEqualTo(
            "The update failed for all features since the following feature had an error: No such"
                + " level.");
  }

  @Test
  void whatIsNoFeaturesFaultIsSaidPlainly() {
    assertThat(
            ask(2, new Result(ErrorCode.NOT_CONTROLLER, "Another is."), update("a")).errorMessage())
        .isEqualTo("Another is.");
  }
}
