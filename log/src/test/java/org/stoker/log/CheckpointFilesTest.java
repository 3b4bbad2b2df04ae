package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.storage.internals.checkpoint.OffsetCheckpointFile;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoker.base.FileDisk;
import org.stoker.base.TopicPartition;
import org.stoker.testkit.SplitMixSeed;

/** The checkpoints of a log directory: Kafka reads ours, we read Kafka's, and nonsense is named. */
final class CheckpointFilesTest {
  @TempDir Path directory = Path.of("/");

  private Path file() {
    return directory.resolve(OffsetCheckpoint.RECOVERY_POINTS);
  }

  private OffsetCheckpoint checkpoint() {
    return new OffsetCheckpoint(new FileDisk(), file());
  }

  private OffsetCheckpointFile theirs() throws IOException {
    return new OffsetCheckpointFile(file().toFile(), new LogDirFailureChannel(1));
  }

  @Test
  void kafkaReadsOursAndWeReadKafkas() throws IOException {
    var random = new SplitMixSeed(1);
    var offsets = new HashMap<TopicPartition, Long>();
    var theirOffsets = new HashMap<org.apache.kafka.common.TopicPartition, Long>();
    for (int i = 0; i < 500; i++) {
      String topic = "topic.with-all_kinds" + random.nextInt(100);
      int partition = random.nextInt(10);
      long offset = random.nextLong() >>> 1;
      offsets.put(new TopicPartition(topic, partition), offset);
      theirOffsets.put(new org.apache.kafka.common.TopicPartition(topic, partition), offset);
    }

    checkpoint().write(offsets);
    assertThat(theirs().read()).isEqualTo(theirOffsets);

    Files.delete(file());
    theirs().write(theirOffsets);
    assertThat(checkpoint().read()).isEqualTo(offsets);
  }

  @Test
  void aMissingOrEmptyFileHoldsNothing() throws IOException {
    assertThat(checkpoint().read()).isEmpty();

    Files.createFile(file());
    assertThat(checkpoint().read()).isEmpty();

    checkpoint().write(Map.of());
    assertThat(Files.readString(file())).isEqualTo("0\n0\n");
    assertThat(checkpoint().read()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1|0, line 1, version 1",
    "x|0, line 1, 'x'",
    "0|x, line 2, 'x'",
    "0|99999999999, line 2, '99999999999'",
    "0|-1, line 2, announces -1",
    "0|2|a 0 5, line 2, announces 2 entries",
    "0|1|a 0 5|b 0 5, line 2, there are 2",
    "0|2|a 0 5|a b 0 5, line 4, a b 0 5",
    "0|1|a 0, line 3, a 0",
    "0|1|a x 5, line 3, a x 5",
    "0|1|a 0 9223372036854775808, line 3, 9223372036854775808",
    "0|1|, line 2, there are 0"
  })
  void namesTheFileAndTheLineThatMakesNoSense(String text, String line, String what)
      throws IOException {
    Files.writeString(file(), text.replace('|', '\n'));

    assertThatThrownBy(() -> checkpoint().read())
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(file().toString())
        .hasMessageContaining(line)
        .hasMessageContaining(what.replace("'", ""));
  }

  @Test
  void anyBytesAreReadOrRefusedButNeverAnythingElse() throws IOException {
    byte[] valid = "0\n2\norders 0 5\norders 1 7\n".getBytes(StandardCharsets.UTF_8);
    for (long seed = 0; seed < 300; seed++) {
      var random = new SplitMixSeed(seed);
      byte[] bytes = valid.clone();
      for (int i = 0; i < 1 + random.nextInt(3); i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Files.write(file(), bytes);
      try {
        assertThat(checkpoint().read()).isNotNull();
      } catch (CorruptFileException e) {
        assertThat(e.file()).isEqualTo(file());
      }
    }
  }

  @Test
  void leaderEpochsAreCheckedLineByLine() throws IOException {
    Path path = directory.resolve(LeaderEpochCheckpoint.FILE_NAME);
    var epochs = new LeaderEpochCheckpoint(new FileDisk(), path);
    assertThat(epochs.read()).isEqualTo(LeaderEpochHistory.EMPTY);

    Files.writeString(path, "0\n2\n3 100\n5 200\n");
    assertThat(epochs.read().endOffsetFor(4, 300))
        .isEqualTo(new LeaderEpochHistory.EpochEndOffset(3, 200));

    Files.writeString(path, "0\n2\n3 100\n-5 200\n");
    assertThatThrownBy(epochs::read)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("line 4");
  }
}
