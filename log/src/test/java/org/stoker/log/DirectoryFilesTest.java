package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.kafka.metadata.properties.MetaPropertiesVersion;
import org.apache.kafka.storage.internals.checkpoint.CleanShutdownFileHandler;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoker.base.FileDisk;
import org.stoker.base.Uuid;
import org.stoker.testkit.SplitMixSeed;

/** The small files of a log directory: Kafka reads ours, we read Kafka's, and nonsense is named. */
final class DirectoryFilesTest {
  private static final Uuid ID = Uuid.random(new SplitMixSeed(1));
  private static final org.apache.kafka.common.Uuid THEIR_ID =
      org.apache.kafka.common.Uuid.fromString(ID.toString());

  private final FileDisk disk = new FileDisk();
  @TempDir Path directory = Path.of("/");

  // ---- meta.properties

  private org.apache.kafka.metadata.properties.MetaProperties theirMetaProperties()
      throws IOException {
    var properties = new Properties();
    try (InputStream in = Files.newInputStream(directory.resolve(MetaProperties.FILE_NAME))) {
      properties.load(in);
    }
    return new org.apache.kafka.metadata.properties.MetaProperties.Builder(properties).build();
  }

  private MetaProperties metaProperties(String text) throws IOException {
    Files.writeString(directory.resolve(MetaProperties.FILE_NAME), text);
    return Objects.requireNonNull(MetaProperties.read(disk, directory));
  }

  @Test
  void kafkaReadsTheMetaPropertiesOfANewDirectory() throws IOException {
    assertThat(MetaProperties.read(disk, directory)).isNull();

    MetaProperties ours = MetaProperties.ofNewDirectory(3, "wZ8=:#!x y", ID);
    ours.write(disk, directory);

    var theirs = theirMetaProperties();
    // A broker of 3.9 in ZooKeeper mode accepts no other version.
    assertThat(theirs.version()).isEqualTo(MetaPropertiesVersion.V0);
    assertThat(theirs.nodeId()).isEqualTo(OptionalInt.of(3));
    assertThat(theirs.clusterId()).isEqualTo(Optional.of("wZ8=:#!x y"));
    assertThat(theirs.directoryId()).isEqualTo(Optional.of(THEIR_ID));
    assertThat(MetaProperties.read(disk, directory)).isEqualTo(ours);
  }

  @Test
  void keepsTheVersionAndTheKeysThatItDoesNotKnow() throws IOException {
    MetaProperties read =
        metaProperties(
            "#\n#Sat Nov 21\nnode.id=7\nversion=1\ncluster.id=abc\nwho\\ knows=\\u00e9\n");
    assertThat(read)
        .isEqualTo(new MetaProperties(1, 7, "abc", null, Map.of("who knows", "\u00e9")));

    read.withDirectoryId(ID).withClusterId("def").withNodeId(8).write(disk, directory);

    assertThat(MetaProperties.read(disk, directory))
        .isEqualTo(new MetaProperties(1, 8, "def", ID, Map.of("who knows", "\u00e9")));
    assertThat(theirMetaProperties().nodeId()).isEqualTo(OptionalInt.of(8));
  }

  @Test
  void anOldFileMayNameNoClusterAndNoBroker() throws IOException {
    MetaProperties read = metaProperties("version=0\n");

    assertThat(read.nodeId()).isEqualTo(MetaProperties.NO_NODE_ID);
    assertThat(read.clusterId()).isNull();
    assertThat(metaProperties("broker.id=5\n").nodeId()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "version=2, line 1",
    "version=x, line 1",
    "cluster.id=a|broker.id=many, line 2",
    "cluster.id=a|broker.id=1|directory.id=short, line 3",
    "version=1|node.id=1, without node.id or cluster.id",
    "cluster.id=a|odd=\\uZZZZ, line 2"
  })
  void refusesMetaPropertiesThatMakeNoSense(String text, String what) {
    assertThatThrownBy(() -> metaProperties(text.replace('|', '\n')))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(MetaProperties.FILE_NAME)
        .hasMessageContaining(what);
  }

  // ---- partition.metadata

  private Path partitionMetadata() {
    return directory.resolve(PartitionMetadataFile.FILE_NAME);
  }

  private static org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile theirs(
      Path file) {
    return new org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile(
        file.toFile(), new LogDirFailureChannel(1));
  }

  @Test
  void kafkaReadsOurPartitionMetadataAndWritesTheSameBytes() throws IOException {
    var ours = new PartitionMetadataFile(disk, partitionMetadata());
    assertThat(ours.readTopicId()).isNull();
    ours.write(ID);
    assertThat(theirs(partitionMetadata()).read().topicId()).isEqualTo(THEIR_ID);

    Path other = directory.resolve("theirs");
    var theirs = theirs(other);
    theirs.record(THEIR_ID);
    theirs.maybeFlush();

    assertThat(Files.readString(partitionMetadata())).isEqualTo(Files.readString(other));
    assertThat(new PartitionMetadataFile(disk, other).readTopicId()).isEqualTo(ID);
    assertThatThrownBy(() -> ours.write(Uuid.ZERO)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'', line 1",
    "version: x|topic_id: AAAAAAAAAAAAAAAAAAAAAA, line 1",
    "version: -1|topic_id: AAAAAAAAAAAAAAAAAAAAAA, line 1",
    "version 0, line 1",
    "version: 0, line 2",
    "version: 0|topic_id: short, line 2",
    "version: 0|topic_id: AAAAAAAAAAAAAAAAAAAAAA, line 2"
  })
  void refusesPartitionMetadataThatMakesNoSense(String text, String line) throws IOException {
    Files.writeString(partitionMetadata(), text.replace('|', '\n'));

    assertThatThrownBy(() -> new PartitionMetadataFile(disk, partitionMetadata()).readTopicId())
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(partitionMetadata().toString())
        .hasMessageContaining(line);
  }

  // ---- .kafka_cleanshutdown

  @Test
  void kafkaReadsOurCleanShutdownFileAndWeReadKafkas() throws Exception {
    var ours = new CleanShutdownFile(disk, directory);
    var theirs = new CleanShutdownFileHandler(directory.toString());
    assertThat(ours.exists()).isFalse();
    assertThat(ours.readBrokerEpoch()).isEmpty();

    ours.write(123_456_789_012L);
    assertThat(theirs.exists()).isTrue();
    assertThat(theirs.read()).isEqualTo(OptionalLong.of(123_456_789_012L));
    byte[] oursBytes = Files.readAllBytes(directory.resolve(CleanShutdownFile.FILE_NAME));

    theirs.write(123_456_789_012L);
    assertThat(oursBytes)
        .isEqualTo(Files.readAllBytes(directory.resolve(CleanShutdownFile.FILE_NAME)));
    theirs.write(-1);
    assertThat(ours.readBrokerEpoch()).isEqualTo(OptionalLong.of(-1));
    ours.delete();
    assertThat(theirs.exists()).isFalse();
  }

  @Test
  void aCleanShutdownFileOfAnOlderBrokerIsEmptyAndCounts() throws IOException {
    Files.createFile(directory.resolve(CleanShutdownFile.FILE_NAME));
    var file = new CleanShutdownFile(disk, directory);

    assertThat(file.exists()).isTrue();
    assertThat(file.readBrokerEpoch()).isEmpty();
    Files.writeString(
        directory.resolve(CleanShutdownFile.FILE_NAME), "{\"brokerEpoch\":99999999999999999999}");
    assertThat(file.readBrokerEpoch()).isEmpty();
  }
}
