package org.stoker.benchmarks.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topic of a job: created by it, with the settings that the comparison asked for. */
record Topic(String name, int partitionCount, Map<String, String> settings) {
  // Thousands of partitions take their time on a busy machine, and the time is what is measured.
  private static final Map<String, String> PATIENT =
      Map.of("request.timeout.ms", "120000", "default.api.timeout.ms", "300000");
  private static final long WAIT_S = 300;
  private static final long REST_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int MOST_TRIES = 500;

  static Topic of(JobArguments arguments) {
    return new Topic(
        arguments.text("topic"), arguments.integer("partitions"), arguments.texts("topicSettings"));
  }

  /**
   * Creates it, and returns when every partition's leader answers.
   *
   * <p>A broker of Kafka's tells of a leader before that leader takes records. An idempotent
   * producer whose first batch is refused then, and its second accepted, never gets out of it.
   */
  void create(JobArguments arguments) throws Exception {
    try (Admin admin = Admin.create(arguments.client(PATIENT))) {
      var topic =
          new NewTopic(name, Optional.of(partitionCount), Optional.empty()).configs(settings);
      admin.createTopics(List.of(topic)).all().get(WAIT_S, TimeUnit.SECONDS);
      awaitLeaders(admin, partitions());
    }
  }

  /** Asks the leaders, again until they answer. */
  static void awaitLeaders(Admin admin, List<TopicPartition> partitions) throws Exception {
    var latest = new HashMap<TopicPartition, OffsetSpec>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    for (int tries = 1; ; tries++) {
      try {
        admin.listOffsets(latest).all().get(WAIT_S, TimeUnit.SECONDS);
        return;
      } catch (ExecutionException e) {
        // A broker that has not heard of a new topic says that there is none: no client asks again.
        boolean isNew = e.getCause() instanceof UnknownTopicOrPartitionException;
        if (!isNew || tries == MOST_TRIES) {
          throw e;
        }
        LockSupport.parkNanos(REST_NS);
      }
    }
  }

  List<TopicPartition> partitions() {
    return IntStream.range(0, partitionCount)
        .mapToObj(partition -> new TopicPartition(name, partition))
        .toList();
  }
}
