package org.stoker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ErrorCodeTest {
  @Test
  void theSetIsKafkas() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::name))
        .containsExactlyElementsOf(Arrays.stream(Errors.values()).map(Errors::name).toList());
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void numberAndRetriabilityAreKafkas(ErrorCode error) {
    Errors kafkas = Errors.valueOf(error.name());

    assertThat(error.code()).isEqualTo(kafkas.code());
    assertThat(error.isRetriable()).isEqualTo(kafkas.exception() instanceof RetriableException);
    assertThat(ErrorCode.forCode(error.code())).isSameAs(error);
    assertThat(error.isError()).isEqualTo(kafkas.exception() != null);
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void theSentenceIsTheOneThatToolsKnowFromKafka(ErrorCode error) {
    assertThat(error.message()).isEqualTo(Errors.valueOf(error.name()).message());
  }

  @Test
  void aNumberThatNobodyKnowsIsAnUnknownError() {
    assertThat(ErrorCode.forCode((short) 30_000)).isSameAs(ErrorCode.UNKNOWN_SERVER_ERROR);
    assertThat(ErrorCode.forCode((short) -2)).isSameAs(ErrorCode.UNKNOWN_SERVER_ERROR);
  }
}
