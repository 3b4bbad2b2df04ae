import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * One member of a group that counts equal lines, and dies without miscounting.
 *
 * <p>What was counted of a partition up to an offset is a fact of that partition alone, so it is
 * kept in a file named for both ({@code 3-12000}), and only then is that offset committed. Whoever
 * takes the partition over goes on from the committed offset with the file of that name: what a
 * dead member had read beyond it is read again, and counted once.
 *
 * <p>Run as {@code member BOOTSTRAP TOPIC DIRECTORY}, until told to end; then {@code total
 * BOOTSTRAP TOPIC DIRECTORY} prints each line after its count, as of the committed offsets.
 */
final class LineCount {
  // Lines are bytes to us, whatever the encoding.
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;
  private static final int RECORDS_BETWEEN_COMMITS = 2000;

  private final Path directory;
  private final Map<TopicPartition, Map<String, Long>> counts = new HashMap<>();
  private int sinceCommit;

  private LineCount(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    String topic = arguments[2];
    LineCount lineCount = new LineCount(Path.of(arguments[3]));
    switch (arguments[0]) {
      case "member" -> lineCount.runMember(arguments[1], topic);
      case "total" -> lineCount.printTotal(arguments[1], topic);
      case "committed" ->
          System.out.println(
              committed(arguments[1], topic).values().stream()
                  .mapToLong(OffsetAndMetadata::offset)
                  .sum());
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private void runMember(String bootstrap, String topic) throws Exception {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap);
    properties.put("group.id", group(topic));
    properties.put("group.protocol", "classic");
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "earliest");
    properties.put("session.timeout.ms", "6000");
    properties.put("heartbeat.interval.ms", "500");
    properties.put("max.poll.records", "500");
    CountDownLatch closed = new CountDownLatch(1);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                consumer.wakeup();
                try {
                  closed.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                  // The process ends in any case.
                }
              }));
      consumer.subscribe(List.of(topic), new Handover(consumer));
      while (true) {
        var records = consumer.poll(Duration.ofMillis(200));
        for (ConsumerRecord<byte[], byte[]> record : records) {
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          counts.get(partition).merge(new String(record.value(), BYTES), 1L, Long::sum);
        }
        sinceCommit += records.count();
        if (sinceCommit >= RECORDS_BETWEEN_COMMITS || (records.isEmpty() && sinceCommit > 0)) {
          commit(consumer, counts.keySet());
        }
      }
    } catch (WakeupException e) {
      // The end; closing has handed the partitions over.
    } finally {
      closed.countDown();
    }
  }

  private void commit(KafkaConsumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : partitions) {
      long offset = consumer.position(partition);
      store(file(partition, offset), counts.get(partition));
      offsets.put(partition, new OffsetAndMetadata(offset));
    }
    consumer.commitSync(offsets);
    sinceCommit = 0;
    System.out.println("committed " + offsets);
  }

  /** Partitions come with their counts, and go with a commit. */
  private final class Handover implements ConsumerRebalanceListener {
    private final KafkaConsumer<?, ?> consumer;

    Handover(KafkaConsumer<?, ?> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        long offset = consumer.position(partition);
        counts.put(partition, offset == 0 ? new TreeMap<>() : load(file(partition, offset)));
      }
      System.out.println("assigned " + counts.keySet());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (!partitions.isEmpty()) {
        commit(consumer, partitions);
      }
      counts.keySet().removeAll(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      System.out.println("lost " + partitions);
      counts.keySet().removeAll(partitions);
    }
  }

  private void printTotal(String bootstrap, String topic) throws Exception {
    Map<String, Long> total = new TreeMap<>();
    committed(bootstrap, topic)
        .forEach((partition, offset) ->
            load(file(partition, offset.offset()))
                .forEach((line, count) -> total.merge(line, count, Long::sum)));
    StringBuilder text = new StringBuilder();
    total.forEach((line, count) -> text.append(count).append('\t').append(line).append('\n'));
    System.out.write(text.toString().getBytes(BYTES));
    System.out.flush();
  }

  private static Map<TopicPartition, OffsetAndMetadata> committed(String bootstrap, String topic)
      throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      return admin
          .listConsumerGroupOffsets(group(topic))
          .partitionsToOffsetAndMetadata()
          .get(20, TimeUnit.SECONDS);
    }
  }

  private static String group(String topic) {
    return "count-" + topic;
  }

  private Path file(TopicPartition partition, long offset) {
    return directory.resolve(partition.partition() + "-" + offset);
  }

  private static void store(Path file, Map<String, Long> counts) {
    Path unfinished = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      try (var writer = Files.newBufferedWriter(unfinished, BYTES)) {
        for (var entry : counts.entrySet()) {
          writer.write(entry.getValue() + "\t" + entry.getKey() + "\n");
        }
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IllegalStateException("cannot write " + file, e);
    }
  }

  private static Map<String, Long> load(Path file) {
    Map<String, Long> counts = new TreeMap<>();
    try (BufferedReader reader = Files.newBufferedReader(file, BYTES)) {
      // Split at line feeds alone: a line of a log may hold carriage returns.
      for (String line : reader.readAllAsString().split("\n")) {
        int tab = line.indexOf('\t');
        if (tab > 0) {
          counts.put(line.substring(tab + 1), Long.valueOf(line.substring(0, tab)));
        }
      }
    } catch (NoSuchFileException e) {
      throw new IllegalStateException("an offset was committed without its counts: " + file, e);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + file, e);
    }
    return counts;
  }
}
