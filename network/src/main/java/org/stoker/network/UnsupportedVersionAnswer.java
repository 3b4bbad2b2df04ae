package org.stoker.network;

import java.util.List;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.ApiVersionsResponse;

/**
 * What a client gets that asks for a version of ApiVersions which we do not know: the versions of
 * ApiVersions that we know, in the oldest format, so that it can ask again (KIP-511).
 */
final class UnsupportedVersionAnswer {
  private UnsupportedVersionAnswer() {}

  static ApiVersionsResponse body() {
    ApiKey key = ApiKey.API_VERSIONS;
    return new ApiVersionsResponse()
        .setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code())
        .setApiKeys(
            List.of(
                new ApiVersionsResponse.ApiVersion()
                    .setApiKey(key.id())
                    .setMinVersion(key.lowestVersion())
                    .setMaxVersion(key.highestStableVersion())));
  }
}
