package org.stoker.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.Test;

final class KafkaCodesTest {
  @Test
  void operationsHaveKafkasCodes() {
    for (Operation operation : Operation.values()) {
      assertThat(operation.code())
          .as(operation.name())
          .isEqualTo(AclOperation.valueOf(operation.name()).code());
    }
  }

  @Test
  void theAnonymousPrincipalAndTheClusterHaveKafkasNames() {
    assertThat(Principal.ANONYMOUS).hasToString(KafkaPrincipal.ANONYMOUS.toString());
    assertThat(ResourceType.THE_CLUSTER).isEqualTo(Resource.CLUSTER_NAME);
  }
}
