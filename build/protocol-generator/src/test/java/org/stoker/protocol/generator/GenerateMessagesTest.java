package org.stoker.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GenerateMessagesTest {
  @TempDir private Path root;

  @Test
  void everyLivingMessageBecomesAClassOfItsRoom() throws IOException {
    GenerateMessages.main(new String[] {root.toString()});

    Path protocol = root.resolve("org/stoker/protocol");
    assertThat(protocol.resolve("ApiKey.java"))
        .content()
        .contains("PRODUCE(0, \"Produce\", 3, 13,");
    assertThat(protocol.resolve("message/FetchRequest.java")).exists();
    assertThat(protocol.resolve("message/LeaderAndIsrRequest.java")).doesNotExist();
    assertThat(protocol.resolve("record/ProducerSnapshot.java")).exists();
    assertThat(protocol.resolve("record/GroupRecordType.java"))
        .content()
        .contains("case OFFSET_COMMIT -> new OffsetCommitKey();");
    try (var messages = Files.list(protocol.resolve("message"))) {
      assertThat(messages).hasSize(203 - 8 + 1);
    }
  }

  @Test
  void aMissingJarIsNamed() {
    assertThatThrownBy(() -> GenerateMessages.requireEveryArtifact(List.of()))
        .hasMessage("no definition of kafka-clients is on the class path");
  }

  @Test
  void wantsToKnowWhereToWrite() {
    assertThatThrownBy(() -> GenerateMessages.main(new String[0]))
        .hasMessage("usage: GenerateMessages DIRECTORY");
  }
}
