package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.FileDisk;

/** Consumers whose records take long to come from the disk. */
final class ColdReadersIT {
  private static final int THREADS = 2;
  private static final int PATIENCE_SECONDS = 30;
  private static final String COLD = "cold";
  private static final String FRESH = "fresh";
  // More than is checked on an event loop, however well it compresses.
  private static final int LARGE = 200_000;

  @TempDir Path directory;

  /** A disk that takes its time to open the oldest segment of a topic. */
  private static final class StuckSegment extends DiskOnTop {
    private final Semaphore opening = new Semaphore(0);
    private final CountDownLatch released = new CountDownLatch(1);

    StuckSegment(Disk below) {
      super(below);
    }

    @Override
    public DiskFile open(Path file, OpenMode mode) throws IOException {
      if (file.endsWith(Path.of(COLD + "-0", "00000000000000000000.log"))) {
        opening.release();
        awaitRelease();
      }
      return super.open(file, mode);
    }

    private void awaitRelease() throws IOException {
      try {
        if (!released.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new IOException("nobody released the file");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  @Test
  void asManyAsThereAreThreadsDoNotDelayCompressedProducers() throws Exception {
    QuietClients.hush();
    Map<String, String> settings = Map.of("num.io.threads", Integer.toString(THREADS));
    try (BrokerInside broker = BrokerInside.start(directory, settings, disk -> disk)) {
      create(broker);
      fill(broker);
    }
    var stuck = new StuckSegment(new FileDisk());
    List<RawConnection> readers = new ArrayList<>();
    try (BrokerInside broker = BrokerInside.start(directory, settings, _ -> stuck)) {
      for (int i = 0; i < THREADS; i++) {
        var reader = new RawConnection(port(broker));
        readers.add(reader);
        reader.tell(ApiKeys.FETCH, (short) 12, fromTheStart());
      }
      assertThat(stuck.opening.tryAcquire(1, PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

      produceCompressed(broker);

      stuck.released.countDown();
      for (RawConnection reader : readers) {
        assertThat(reader.receive().remaining()).isGreaterThan(LARGE);
      }
    } finally {
      for (RawConnection reader : readers) {
        reader.close();
      }
    }
  }

  private static int port(BrokerInside broker) {
    String address = broker.address();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static void create(BrokerInside broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(COLD, 1, (short) 1).configs(Map.of("segment.bytes", "1048576")),
                  new NewTopic(FRESH, 1, (short) 1)))
          .all()
          .get();
    }
  }

  private static void fill(BrokerInside broker) throws Exception {
    try (var producer = producer(broker, Map.of())) {
      for (int i = 0; i < 10; i++) {
        producer.send(new ProducerRecord<>(COLD, 0, null, new byte[2 * LARGE])).get();
      }
    }
  }

  private static FetchRequestData fromTheStart() {
    var topic = new FetchRequestData.FetchTopic().setTopic(COLD);
    topic
        .partitions()
        .add(new FetchRequestData.FetchPartition().setPartition(0).setPartitionMaxBytes(1 << 20));
    return new FetchRequestData()
        .setMaxWaitMs(500)
        .setMinBytes(1)
        .setMaxBytes(1 << 20)
        .setTopics(List.of(topic));
  }

  private static void produceCompressed(BrokerInside broker) throws Exception {
    try (var producer =
        producer(
            broker,
            Map.of(
                "compression.type", "lz4",
                "batch.size", "1000000",
                "linger.ms", "50",
                "delivery.timeout.ms", "20000",
                "request.timeout.ms", "19000"))) {
      producer.send(new ProducerRecord<>(FRESH, 0, null, new byte[LARGE])).get();
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(
      BrokerInside broker, Map<String, Object> settings) {
    var all = new HashMap<String, Object>(settings);
    all.put("bootstrap.servers", broker.address());
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
