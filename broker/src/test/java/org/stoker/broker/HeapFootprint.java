package org.stoker.broker;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiVersionsResponse;

/**
 * Measures what partitions, topics and idle connections take of a broker: a program for people,
 * whose figures stand in docs/operations.md. The broker runs in this process, the clients of its
 * connections in another.
 */
@SuppressWarnings("SystemOut")
final class HeapFootprint {
  private static final int PARTITIONS_OF_TOPIC = 100;
  private static final int TOPICS = 20;
  private static final int LONE_TOPICS = 1_000;
  private static final int CONNECTIONS = 3_000;
  private static final short VERSION = 3;

  private HeapFootprint() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 2) {
      connect(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    } else {
      measure(Files.createTempDirectory("footprint"));
    }
  }

  /** What the process holds at a moment. */
  private record Holding(long heapBytes, long directBytes, long files) {
    static Holding now() throws IOException {
      System.gc();
      System.gc();
      long direct = 0;
      for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
        direct += pool.getMemoryUsed();
      }
      try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
        return new Holding(
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
            direct,
            files.count());
      }
    }

    void report(String what, int count, Holding before) {
      System.out.printf(
          "%-40s heap %6d, direct and mapped %6d bytes, files %.2f%n",
          what,
          (heapBytes - before.heapBytes) / count,
          (directBytes - before.directBytes) / count,
          (double) (files - before.files) / count);
    }
  }

  private static void measure(Path directory) throws Exception {
    RunningBroker broker = RunningBroker.in(directory).start();
    create(broker, "warm", 10, PARTITIONS_OF_TOPIC);
    Holding before = Holding.now();
    create(broker, "orders", TOPICS, PARTITIONS_OF_TOPIC);
    Holding after = Holding.now();
    after.report("a partition, one of 100 of a topic", TOPICS * PARTITIONS_OF_TOPIC, before);
    create(broker, "lone", LONE_TOPICS, 1);
    Holding afterLone = Holding.now();
    afterLone.report("a topic with one partition", LONE_TOPICS, after);
    writeToAll(broker);
    Holding.now().report("more when it was written to", TOPICS * PARTITIONS_OF_TOPIC, afterLone);
    measureConnections(broker);
    broker.stop();
  }

  private static void create(RunningBroker broker, String name, int topics, int partitions)
      throws Exception {
    try (Admin admin = broker.admin()) {
      for (int i = 0; i < topics; i += 100) {
        var some = new ArrayList<NewTopic>();
        for (int j = i; j < Math.min(topics, i + 100); j++) {
          some.add(new NewTopic(name + "-" + j, Optional.of(partitions), Optional.empty()));
        }
        admin.createTopics(some).all().get();
      }
    }
  }

  private static void writeToAll(RunningBroker broker) throws Exception {
    try (var producer = broker.producer(Map.of("acks", "all"))) {
      for (int topic = 0; topic < TOPICS; topic++) {
        for (int partition = 0; partition < PARTITIONS_OF_TOPIC; partition++) {
          var _ = producer.send(new ProducerRecord<>("orders-" + topic, partition, null, "v"));
        }
        producer.flush();
      }
    }
  }

  private static void measureConnections(RunningBroker broker) throws Exception {
    Holding before = Holding.now();
    Process clients =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HeapFootprint.class.getName(),
                Integer.toString(broker.port()),
                Integer.toString(CONNECTIONS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    clients.getInputStream().read();
    Holding.now().report("an idle connection", CONNECTIONS, before);
    clients.getOutputStream().close();
    clients.waitFor();
  }

  /** Says when all are connected, and holds them until its input ends. */
  private static void connect(int port, int count) throws IOException {
    List<RawConnection> connections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      var connection = new RawConnection(port);
      connection.ask(
          ApiVersionsResponse.class,
          ApiKeys.API_VERSIONS,
          VERSION,
          new ApiVersionsRequestData()
              .setClientSoftwareName("footprint")
              .setClientSoftwareVersion("1"));
      connections.add(connection);
    }
    System.out.println("connected");
    System.in.read();
    for (RawConnection connection : connections) {
      connection.close();
    }
  }
}
