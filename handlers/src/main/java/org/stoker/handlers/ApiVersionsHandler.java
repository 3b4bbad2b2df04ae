package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.stoker.network.Request;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.ApiVersionsResponse;
import org.stoker.protocol.message.ApiVersionsResponse.ApiVersion;

/** ApiVersions: exactly what works here. */
final class ApiVersionsHandler implements Handler {
  private static final int FIRST_VERSION_WITH_SOFTWARE = 3;
  private static final Pattern SOFTWARE =
      Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

  private final ServedApis served;

  ApiVersionsHandler(ServedApis served) {
    this.served = served;
  }

  @Override
  public void handle(Request request) {
    ApiVersionsRequest body = (ApiVersionsRequest) request.body();
    boolean isNamed =
        request.version() < FIRST_VERSION_WITH_SOFTWARE
            || (SOFTWARE.matcher(body.clientSoftwareName()).matches()
                && SOFTWARE.matcher(body.clientSoftwareVersion()).matches());
    if (!isNamed) {
      request.respond(new ApiVersionsResponse().setErrorCode(ErrorCode.INVALID_REQUEST.code()));
      return;
    }
    List<ApiVersion> versions = new ArrayList<>();
    served.forEachAdvertised((key, range) ->
        versions.add(
            new ApiVersion()
                .setApiKey(key.id())
                .setMinVersion(range.lowest())
                .setMaxVersion(range.highest())));
    // No feature is finalized: those that a client looks for need protocols of later versions.
    request.respond(new ApiVersionsResponse().setApiKeys(versions).setFinalizedFeaturesEpoch(0));
  }
}
