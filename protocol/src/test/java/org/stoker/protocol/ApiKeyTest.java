package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ApiKeyTest {
  @Test
  void theSetIsKafkas() {
    assertThat(Arrays.stream(ApiKey.values()).map(ApiKey::name))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(ApiKeys.values()).map(ApiKeys::name).toList());
  }

  @ParameterizedTest
  @EnumSource(ApiKey.class)
  void everyFactIsKafkas(ApiKey key) {
    ApiKeys kafkas = ApiKeys.valueOf(key.name());

    assertThat(key.id()).isEqualTo(kafkas.id);
    assertThat(ApiKey.forId(key.id())).isSameAs(key);
    assertThat(key.apiName()).isEqualTo(kafkas.name);
    assertThat(key.hasVersions()).isEqualTo(kafkas.hasValidVersion());
    assertThat(key.lowestVersion()).isEqualTo(kafkas.messageType.lowestSupportedVersion());
    assertThat(key.highestVersion()).isEqualTo(kafkas.latestVersion(true));
    assertThat(key.highestStableVersion()).isEqualTo(kafkas.latestVersion(false));
    assertThat(key.isOnBrokerListener()).isEqualTo(kafkas.inScope(ListenerType.BROKER));
    assertThat(key.isOnControllerListener()).isEqualTo(kafkas.inScope(ListenerType.CONTROLLER));
  }

  @ParameterizedTest
  @EnumSource(ApiKey.class)
  void headersHaveKafkasVersions(ApiKey key) {
    ApiKeys kafkas = ApiKeys.valueOf(key.name());

    for (short version = key.lowestVersion(); version <= key.highestVersion(); version++) {
      assertThat(key.requestHeaderVersion(version)).isEqualTo(kafkas.requestHeaderVersion(version));
      assertThat(key.responseHeaderVersion(version))
          .isEqualTo(kafkas.responseHeaderVersion(version));
    }
  }

  @ParameterizedTest
  @EnumSource(ApiKey.class)
  void messagesBelongToTheirApi(ApiKey key) {
    if (!key.hasVersions()) {
      assertThatThrownBy(key::newRequest).hasMessageContaining("removed");
      assertThatThrownBy(key::newResponse).hasMessageContaining("removed");
      return;
    }

    assertThat(key.newRequest().apiKey()).isEqualTo(key.id());
    assertThat(key.newResponse().apiKey()).isEqualTo(key.id());
    assertThat(key.newRequest().highestSupportedVersion()).isEqualTo(key.highestVersion());
  }

  @Test
  void aNumberThatNobodyHasIsNull() {
    assertThat(ApiKey.forId(-1)).isNull();
    assertThat(ApiKey.forId(Short.MAX_VALUE)).isNull();
    assertThat(ApiKey.forId(94 + ApiKey.values().length)).isNull();
  }
}
