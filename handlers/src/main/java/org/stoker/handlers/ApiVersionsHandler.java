package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Features;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.ApiVersionsResponse;
import org.stoker.protocol.message.ApiVersionsResponse.ApiVersion;
import org.stoker.protocol.message.ApiVersionsResponse.FinalizedFeatureKey;
import org.stoker.protocol.message.ApiVersionsResponse.SupportedFeatureKey;

/** ApiVersions: exactly what works here for clients. */
final class ApiVersionsHandler implements Handler<ApiVersionsRequest> {
  private static final int FIRST_VERSION_WITH_SOFTWARE = 3;
  private static final Pattern SOFTWARE =
      Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

  private static final int FIRST_VERSION_WITH_LEVEL_ZERO = 4;

  private final ServedApis served;
  private final Supplier<ClusterImage> images;

  ApiVersionsHandler(ServedApis served, Supplier<ClusterImage> images) {
    this.served = served;
    this.images = images;
  }

  @Override
  public void handle(ApiVersionsRequest body, RequestContext context) {
    boolean isNamed =
        context.version() < FIRST_VERSION_WITH_SOFTWARE
            || (SOFTWARE.matcher(body.clientSoftwareName()).matches()
                && SOFTWARE.matcher(body.clientSoftwareVersion()).matches());
    if (!isNamed) {
      context.respond(new ApiVersionsResponse().setErrorCode(ErrorCode.INVALID_REQUEST.code()));
      return;
    }
    List<ApiVersion> versions = new ArrayList<>();
    served.forEachAdvertised((key, range) ->
        versions.add(
            new ApiVersion()
                .setApiKey(key.id())
                .setMinVersion(range.lowest())
                .setMaxVersion(range.highest())));
    ClusterImage image = images.get();
    context.respond(
        new ApiVersionsResponse()
            .setApiKeys(versions)
            .setSupportedFeatures(supported(context.version()))
            .setFinalizedFeaturesEpoch(Math.max(0, image.offset()))
            .setFinalizedFeatures(finalized(image)));
  }

  /** Older clients take a lowest level of 0 for a mistake (KIP-1022). */
  private static List<SupportedFeatureKey> supported(short version) {
    List<SupportedFeatureKey> supported = new ArrayList<>();
    Features.SUPPORTED.forEach((name, range) -> {
      if (range.lowest() > 0 || version >= FIRST_VERSION_WITH_LEVEL_ZERO) {
        supported.add(
            new SupportedFeatureKey()
                .setName(name)
                .setMinVersion(range.lowest())
                .setMaxVersion(range.highest()));
      }
    });
    return supported;
  }

  private static List<FinalizedFeatureKey> finalized(ClusterImage image) {
    List<FinalizedFeatureKey> finalized = new ArrayList<>();
    image
        .features()
        .forEach((name, level) ->
            finalized.add(
                new FinalizedFeatureKey()
                    .setName(name)
                    .setMinVersionLevel(level)
                    .setMaxVersionLevel(level)));
    return finalized;
  }
}
