package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.Disk;

/** A disk that is full refuses records and nothing else, and takes them again when it has room. */
final class FullDiskIT {
  private static final int RESERVE_BYTES = 8 << 20;
  private static final int DISK_BYTES = 64 << 20;
  private static final int RECORDS = 20;
  private static final Duration A_MINUTE = Duration.ofSeconds(60);
  private static final TopicPartition WRITTEN = new TopicPartition("written", 0);

  @TempDir private Path temporary;

  @BeforeAll
  static void hushClients() {
    QuietClients.hush();
  }

  /** What fills the disk and empties it. */
  private interface Room {
    void leave(long bytes) throws IOException;

    void giveBack() throws IOException;
  }

  /** A broker's clients: what each may do at the moment. */
  private record Clients(String address) {
    void produce(String topic) throws ExecutionException, InterruptedException {
      try (var producer =
          new KafkaProducer<>(
              Map.of(
                  "bootstrap.servers",
                  address,
                  "acks",
                  "all",
                  "enable.idempotence",
                  false,
                  "retries",
                  0,
                  "max.block.ms",
                  5_000),
              new StringSerializer(),
              new StringSerializer())) {
        producer.send(new ProducerRecord<>(topic, 0, null, "x".repeat(500))).get();
      }
    }

    int fetch(int atLeast) {
      try (var consumer = consumer()) {
        consumer.assign(List.of(WRITTEN));
        consumer.seekToBeginning(List.of(WRITTEN));
        int count = 0;
        for (int polls = 0; polls < 60 && count < atLeast; polls++) {
          count += consumer.poll(Duration.ofSeconds(1)).count();
        }
        return count;
      }
    }

    void commit(long offset) {
      try (var consumer = consumer()) {
        consumer.commitSync(Map.of(WRITTEN, new OffsetAndMetadata(offset)), A_MINUTE);
      }
    }

    long committed() {
      try (var consumer = consumer()) {
        OffsetAndMetadata committed = consumer.committed(Set.of(WRITTEN), A_MINUTE).get(WRITTEN);
        return committed == null ? -1 : committed.offset();
      }
    }

    private KafkaConsumer<String, String> consumer() {
      return new KafkaConsumer<>(
          Map.of("bootstrap.servers", address, "group.id", "readers", "enable.auto.commit", false),
          new StringDeserializer(),
          new StringDeserializer());
    }

    void createTopic(String name, int timeoutMs) throws ExecutionException, InterruptedException {
      try (Admin admin =
          Admin.create(Map.of("bootstrap.servers", address, "default.api.timeout.ms", 60_000))) {
        admin
            .createTopics(
                List.of(new NewTopic(name, Optional.of(1), Optional.empty())),
                new CreateTopicsOptions().timeoutMs(timeoutMs).retryOnQuotaViolation(false))
            .all()
            .get();
      }
    }
  }

  private static void awaitRefusal(Clients clients) {
    await()
        .atMost(A_MINUTE)
        .untilAsserted(() ->
            assertThatThrownBy(() -> clients.produce("written"))
                .hasCauseInstanceOf(KafkaStorageException.class));
  }

  private static void awaitSuccess(Attempt attempt) {
    await()
        .atMost(A_MINUTE)
        .ignoreExceptionsMatching(
            e -> e instanceof ExecutionException || e instanceof KafkaException)
        .until(() -> {
          attempt.run();
          return true;
        });
  }

  private interface Attempt {
    void run() throws Exception;
  }

  private static void refusesRecordsAndNothingElse(Clients clients, Room room) throws Exception {
    for (int i = 0; i < RECORDS; i++) {
      clients.produce("written");
    }
    clients.commit(1);

    room.leave(RESERVE_BYTES / 2);

    awaitRefusal(clients);
    assertThat(clients.fetch(RECORDS)).isGreaterThanOrEqualTo(RECORDS);
    clients.commit(2);
    clients.createTopic("made-with-the-reserve", 30_000);
    assertThat(clients.committed()).isEqualTo(2);
  }

  private static void takesEverythingAgain(Clients clients, Room room) throws Exception {
    room.giveBack();

    awaitSuccess(() -> clients.produce("written"));
    awaitSuccess(() -> clients.commit(4));
    assertThat(clients.committed()).isEqualTo(4);
    awaitSuccess(() -> clients.createTopic("made-afterwards", 10_000));
    awaitSuccess(() -> clients.produce("made-afterwards"));
    awaitSuccess(() -> clients.produce("made-with-the-reserve"));
  }

  @Test
  void refusesRecordsWhileThereIsNoRoom() throws Exception {
    var disk = new AtomicReference<CrampedDisk>();
    UnaryOperator<Disk> cramped =
        below -> {
          disk.set(new CrampedDisk(below));
          return disk.get();
        };
    try (BrokerInside broker = BrokerInside.start(temporary, withReserve(), cramped)) {
      var clients = new Clients(broker.address());
      Room room =
          new Room() {
            @Override
            public void leave(long bytes) {
              disk.get().leave(bytes);
            }

            @Override
            public void giveBack() {
              disk.get().leavePlenty();
            }
          };
      refusesRecordsAndNothingElse(clients, room);

      room.leave(0);

      awaitRefusal(clients);
      assertThat(clients.fetch(RECORDS)).isGreaterThanOrEqualTo(RECORDS);
      // ZooKeeper is on another disk here: the topic is made, and its partition when there is room.
      clients.createTopic("made-without-room", 30_000);
      takesEverythingAgain(clients, room);
      awaitSuccess(() -> clients.produce("made-without-room"));
      assertThat(broker.fatal()).isNotDone();
    }
  }

  private static Map<String, String> withReserve() {
    return Map.of("log.dir.reserve.bytes", Integer.toString(RESERVE_BYTES));
  }

  // ---- On a real one.

  /** A file that takes what it is told to. */
  private record Filler(Path disk) implements Room {
    private static final byte[] PIECE = new byte[64 << 10];

    private Path file() {
      return disk.resolve("filler");
    }

    @Override
    public void leave(long bytes) throws IOException {
      try (FileChannel channel =
          FileChannel.open(
              file(),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.APPEND)) {
        long free = disk.toFile().getUsableSpace();
        while (free > bytes) {
          channel.write(ByteBuffer.wrap(PIECE, 0, (int) Math.min(PIECE.length, free - bytes)));
          free = disk.toFile().getUsableSpace();
        }
      }
    }

    @Override
    public void giveBack() throws IOException {
      Files.delete(file());
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }

  private static boolean isMounted(Path disk) throws InterruptedException {
    try {
      return run("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "tmpfs", disk.toString()) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void goesOnWhenARealDiskWasFullAndZooKeeperWithIt() throws Exception {
    Path disk = Files.createDirectory(temporary.resolve("disk"));
    Assumptions.assumeTrue(
        isMounted(disk), "mounting a small file system needs root: the other test has to do");
    try {
      try (BrokerInside broker =
          BrokerInside.start(disk, withReserve(), UnaryOperator.identity())) {
        var clients = new Clients(broker.address());
        var room = new Filler(disk);
        refusesRecordsAndNothingElse(clients, room);

        room.leave(0);

        awaitRefusal(clients);
        assertThat(clients.fetch(RECORDS)).isGreaterThanOrEqualTo(RECORDS);
        // ZooKeeper has preallocated some of its log: it fails when that is used up.
        assertThatThrownBy(() -> createTopicsUntilOneFails(clients))
            .isInstanceOf(ExecutionException.class);
        takesEverythingAgain(clients, room);
        assertThat(broker.fatal()).isNotDone();
      }
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  private static void createTopicsUntilOneFails(Clients clients)
      throws ExecutionException, InterruptedException {
    for (int i = 0; i < 1_000; i++) {
      clients.createTopic("made-on-a-full-disk-" + i, 3_000);
    }
  }
}
