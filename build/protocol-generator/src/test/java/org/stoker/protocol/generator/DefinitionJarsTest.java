package org.stoker.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class DefinitionJarsTest {
  private final List<MessageDefinition> definitions;

  DefinitionJarsTest() throws IOException {
    definitions = DefinitionJars.readAll(System.getProperty("java.class.path"));
  }

  @Test
  void everyJarGivesAllItsDefinitions() {
    assertThat(
            definitions.stream()
                .collect(Collectors.groupingBy(MessageDefinition::artifact, Collectors.counting())))
        .containsEntry("kafka-clients", 203L)
        .containsEntry("kafka-metadata", 27L)
        .containsEntry("kafka-group-coordinator", 44L)
        .containsEntry("kafka-transaction-coordinator", 2L)
        .containsEntry("kafka-share-coordinator", 4L)
        .containsEntry("kafka-storage", 5L)
        .hasSize(6);
  }

  @Test
  void theOrderDoesNotDependOnTheClassPath() {
    assertThat(definitions).extracting(MessageDefinition::name).isSorted();
  }

  @Test
  void everyRequestHasItsResponse() {
    List<String> names = definitions.stream().map(MessageDefinition::name).toList();

    assertThat(GenerateMessages.requests(definitions))
        .hasSize(95)
        .allSatisfy(
            request -> assertThat(names).contains(request.name().replace("Request", "Response")));
  }
}
