package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does wrong, and what the machine does: one sentence, and the exit status. */
final class BadDaysIT {
  @TempDir private Path temporary;

  @BeforeAll
  static void hushClients() {
    QuietClients.hush();
  }

  private Path logs() {
    return temporary.resolve("logs");
  }

  /** A broker on a free port, with these keys on top. */
  private BrokerProcess start(String... overrides) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("start", "--verbose", "--data-dir", temporary.toString()));
    arguments.addAll(List.of("--override", "listeners=PLAINTEXT://localhost:0"));
    for (String override : overrides) {
      arguments.addAll(List.of("--override", override));
    }
    return BrokerProcess.start(BrokerMain.class, arguments.toArray(String[]::new));
  }

  private static void assertEndsWith(BrokerProcess broker, String... sentences)
      throws InterruptedException {
    assertThat(broker.awaitExit()).as(broker.toString()).isEqualTo(1);
    assertThat(broker.err()).containsExactly(sentences);
    assertThat(broker.isReady()).isFalse();
  }

  private static void produce(String address, String topic, int count) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", address, "enable.idempotence", false, "retries", 0),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = 0; i < count; i++) {
        producer.send(new ProducerRecord<>(topic, "key " + i, "record " + i)).get();
      }
    }
  }

  // ---- Wrong settings.

  @Test
  void wrongValueIsNamedWithItsKeyAndWhatIsAllowed() throws Exception {
    try (BrokerProcess broker = start("num.partitions=many")) {
      assertEndsWith(
          broker, "Invalid value many for configuration num.partitions: Not a number of type INT");
    }
  }

  @Test
  void aBrokerThatWouldBeOpenToAllAgainstItsFileDoesNotStart() throws Exception {
    try (BrokerProcess broker = start("authorizer.class.name=org.example.Authorizer")) {
      assertEndsWith(
          broker,
          "Configuration authorizer.class.name=org.example.Authorizer would protect a broker of"
              + " Kafka and has no effect here: nobody is authorized here, and all may do"
              + " everything");
    }
  }

  @Test
  void aBrokerWithoutLogDirectoriesDoesNotStartInAnother() throws Exception {
    try (BrokerProcess broker = start("log.dirs=")) {
      assertEndsWith(
          broker,
          "Configuration 'log.dirs' must not be empty. Valid values include: any non-empty value");
    }
  }

  @Test
  void aRetentionOfNothingEndsTheStart() throws Exception {
    try (BrokerProcess broker = start("log.retention.ms=0")) {
      assertEndsWith(
          broker, "log.retention.ms must be unlimited (-1) or, greater than or equal to 1");
    }
  }

  @Test
  void aFollowerMayNotWaitLongerThanItMayLag() throws Exception {
    try (BrokerProcess broker = start("replica.lag.time.max.ms=400")) {
      assertEndsWith(
          broker,
          "replica.fetch.wait.max.ms should always be less than or equal to"
              + " replica.lag.time.max.ms to prevent frequent changes in ISR");
    }
  }

  @Test
  void missingPropertiesFileIsNamed() throws Exception {
    Path file = temporary.resolve("none.properties");

    try (BrokerProcess broker = BrokerProcess.start(BrokerMain.class, file.toString())) {
      assertEndsWith(broker, "No such properties file: " + file);
    }
  }

  @Test
  void takenPortIsNamed() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        BrokerProcess broker = start("listeners=PLAINTEXT://127.0.0.1:" + taken.getLocalPort())) {
      assertThat(broker.awaitExit()).isEqualTo(1);
      assertThat(broker.err())
          .singleElement()
          .asString()
          .contains("cannot bind", "127.0.0.1:" + taken.getLocalPort());
    }
  }

  // ---- ZooKeeper.

  @Test
  void silentZooKeeperIsWaitedForAsLongAsItsTimeoutSays() throws Exception {
    // Takes connections, and never says a word.
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + silent.getLocalPort();
      try (BrokerProcess broker =
          start("zookeeper.connect=" + address, "zookeeper.connection.timeout.ms=1500")) {
        assertEndsWith(broker, "ZooKeeper at " + address + " did not answer within 1500 ms");
      }
    }
  }

  @Test
  void absentZooKeeperIsWaitedForAsLongAsItsTimeoutSays() throws Exception {
    int port;
    try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    try (BrokerProcess broker =
        start("zookeeper.connect=127.0.0.1:" + port, "zookeeper.connection.timeout.ms=1500")) {
      assertEndsWith(broker, "ZooKeeper at 127.0.0.1:" + port + " did not answer within 1500 ms");
    }
  }

  @Test
  void isToldToStopWhileItWaitsForZooKeeper() throws Exception {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        BrokerProcess broker =
            start(
                "zookeeper.connect=127.0.0.1:" + silent.getLocalPort(),
                "zookeeper.connection.timeout.ms=600000")) {
      silent.accept().close();

      broker.terminate();

      assertThat(broker.out()).contains("Stoker was told to stop before it was ready");
      assertThat(broker.err()).isEmpty();
    }
  }

  // ---- Directories.

  @Test
  void secondBrokerOnTheSameDirectoryIsRefused() throws Exception {
    try (BrokerProcess first = start()) {
      first.awaitReady();
      try (BrokerProcess second = start()) {
        assertEndsWith(
            second,
            "log directory "
                + logs()
                + " is in use by another broker (its .lock is held): stop that one, or give this"
                + " one other log.dirs");
      }
      assertThat(first.isAlive()).isTrue();
    }
  }

  @Test
  void onlyDirectoryThatCannotBeUsedEndsTheStart() throws Exception {
    Path file = Files.createFile(temporary.resolve("file"));

    try (BrokerProcess broker = start("log.dirs=" + file)) {
      assertThat(broker.awaitExit()).isEqualTo(1);
      assertThat(broker.err())
          .singleElement()
          .asString()
          .startsWith("log directory " + file + " cannot be ");
    }
  }

  @Test
  void directoryOfAnotherBrokerIsRefusedBeforeAnythingIsSaidToTheCluster() throws Exception {
    Files.createDirectories(logs());
    Files.writeString(logs().resolve("meta.properties"), "version=0\nbroker.id=7\n");

    try (BrokerProcess broker = start("broker.id=8")) {
      assertEndsWith(
          broker,
          "log directory "
              + logs()
              + " belongs to broker 7 and this is broker 8: set broker.id=7, or give it other"
              + " log.dirs");
      assertThat(broker.hasSaid("Connected to ZooKeeper")).isFalse();
    }
  }

  @Test
  void directoryOfAnotherClusterIsRefused() throws Exception {
    Files.createDirectories(logs());
    Files.writeString(
        logs().resolve("meta.properties"),
        "version=0\nbroker.id=0\ncluster.id=" + "another" + "\n",
        StandardCharsets.ISO_8859_1);

    try (BrokerProcess broker = start()) {
      assertThat(broker.awaitExit()).isEqualTo(1);
      assertThat(broker.err())
          .singleElement()
          .asString()
          .matches(
              "log directory .* belongs to cluster another and this is cluster \\S+: wrong"
                  + " zookeeper.connect, or wrong log.dirs");
    }
  }

  /** How many records each partition has; −1 for one that is offline. */
  private static List<Long> counts(String address, String topic, int partitions) {
    List<Long> counts = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", address),
            new StringDeserializer(),
            new StringDeserializer())) {
      for (int index = 0; index < partitions; index++) {
        var partition = new TopicPartition(topic, index);
        try {
          counts.add(consumer.endOffsets(List.of(partition), Duration.ofSeconds(3)).get(partition));
        } catch (TimeoutException e) {
          counts.add(-1L);
        }
      }
    }
    return counts;
  }

  @Test
  void directoryThatCannotBeUsedIsLeftOutAndWhatIsInItIsNotReplacedByNothing() throws Exception {
    Path lost = temporary.resolve("b");
    Path elsewhere = temporary.resolve("elsewhere");
    String[] settings = {"log.dirs=" + temporary.resolve("a") + "," + lost, "num.partitions=2"};
    int indexOfLost;
    try (BrokerProcess broker = start(settings)) {
      String address = broker.awaitReady();
      produce(address, "halves", 20);
      assertThat(counts(address, "halves", 2)).allMatch(count -> count > 0);
      indexOfLost = Files.exists(lost.resolve("halves-0")) ? 0 : 1;
      broker.terminate();
    }
    Files.move(lost, elsewhere);
    Files.createFile(lost);

    List<Long> without;
    try (BrokerProcess broker = start(settings)) {
      String address = broker.awaitReady();
      without = counts(address, "halves", 2);
      assertThat(broker.out()).anyMatch(line -> line.endsWith("it is left out (LogDirectories)"));
      assertThat(
              broker.hasSaid(
                  "halves-"
                      + indexOfLost
                      + " stays offline: it may be in a log directory that is"
                      + " left out"))
          .isTrue();
      broker.terminate();
    }
    Files.delete(lost);
    Files.move(elsewhere, lost);

    try (BrokerProcess broker = start(settings)) {
      List<Long> again = counts(broker.awaitReady(), "halves", 2);
      assertThat(again).allMatch(count -> count > 0);
      assertThat(without.get(indexOfLost)).isEqualTo(-1);
      assertThat(without.get(1 - indexOfLost)).isEqualTo(again.get(1 - indexOfLost));
    }
  }

  @Test
  void damageToWhatWasOnDiskTakesThatPartitionOfflineAndNoOther() throws Exception {
    try (BrokerProcess broker = start()) {
      String address = broker.awaitReady();
      produce(address, "damaged", 20);
      produce(address, "sound", 20);
      // A clean stop notes how far everything is on disk.
      broker.terminate();
    }
    try (BrokerProcess broker = start()) {
      broker.awaitReady();
      broker.kill();
    }
    Path segment = logs().resolve("damaged-0/00000000000000000000.log");
    try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(40), file.size() / 2);
    }

    try (BrokerProcess broker = start()) {
      String address = broker.awaitReady();

      assertThat(broker.out())
          .anyMatch(line ->
              line.contains("ERROR")
                  && line.contains("damaged-0 stays offline")
                  && line.contains("everything below offset 20 was on disk"));
      assertThat(counts(address, "sound", 1)).containsExactly(20L);
      assertThat(counts(address, "damaged", 1)).containsExactly(-1L);
      assertThat(Files.size(segment)).isPositive();

      deleteTopic(address, "damaged");

      produce(address, "damaged", 3);
      assertThat(counts(address, "damaged", 1)).containsExactly(3L);
    }
  }

  @Test
  void whatIsDamagedIsSetAsideWhenItsTopicWasDeletedMeanwhile() throws Exception {
    Path directory = Files.createDirectories(logs().resolve("forgotten-0"));
    // A segment that cannot be read stands for whatever keeps a log from being opened.
    Files.createDirectories(directory.resolve("00000000000000000000.log"));

    try (BrokerProcess broker = start()) {
      String address = broker.awaitReady();
      produce(address, "forgotten", 3);

      assertThat(counts(address, "forgotten", 1)).containsExactly(3L);
      try (Stream<Path> entries = Files.list(logs())) {
        assertThat(entries.map(entry -> String.valueOf(entry.getFileName())))
            .anyMatch(name -> name.startsWith("forgotten-0.") && name.endsWith("-stray"));
      }
    }
  }

  private static void deleteTopic(String address, String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      admin.deleteTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void lastDirectoryWhoseSyncFailsEndsTheBroker() throws Exception {
    try (BrokerProcess broker =
        BrokerProcess.start(
            BrokerOnBadDisk.class,
            "failing_sync",
            "start",
            "--data-dir",
            temporary.toString(),
            "--port",
            "0")) {
      String address = broker.awaitReady();
      produce(address, "before", 1);

      Files.createFile(logs().resolve(FailingSyncDisk.SIGN));
      assertThatThrownBy(() -> produce(address, "before", 1))
          .hasCauseInstanceOf(KafkaStorageException.class);

      assertThat(broker.awaitExit()).isEqualTo(1);
      assertThat(broker.err()).containsExactly("No log directory is left: the broker stops");
    }
  }

  // ---- Stopping.

  @Test
  void stopsCleanlyWithClientsConnectedAndNextTimeChecksNothing() throws Exception {
    try (BrokerProcess broker = start("an.unknown.key=1")) {
      String address = broker.awaitReady();
      assertThat(broker.out())
          .anyMatch(line ->
              line.contains("WARN")
                  && line.contains("an.unknown.key is not known and has no effect"));
      produce(address, "kept", 100);
      try (var producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", address),
              new StringSerializer(),
              new StringSerializer())) {
        producer.partitionsFor("kept");

        broker.terminate();
      }
      assertThat(broker.out()).contains("Stoker has stopped");
      assertThat(broker.err()).isEmpty();
    }

    try (BrokerProcess broker = start()) {
      broker.awaitReady();
      assertThat(broker.hasSaid("after a clean stop")).isTrue();
      assertThat(broker.hasSaid("after a crash")).isFalse();
    }
  }
}
