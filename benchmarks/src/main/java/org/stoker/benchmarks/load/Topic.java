package org.stoker.benchmarks.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** The topic of a job: created by it, with the settings that the comparison asked for. */
record Topic(String name, int partitionCount, Map<String, String> settings) {
  // Thousands of partitions take their time on a busy machine, and the time is what is measured.
  private static final Map<String, String> PATIENT =
      Map.of("request.timeout.ms", "120000", "default.api.timeout.ms", "300000");
  private static final long WAIT_S = 300;

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
      var latest = new HashMap<TopicPartition, OffsetSpec>();
      partitions().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
      // Asks the leaders, again until they answer.
      admin.listOffsets(latest).all().get(WAIT_S, TimeUnit.SECONDS);
    }
  }

  List<TopicPartition> partitions() {
    return IntStream.range(0, partitionCount)
        .mapToObj(partition -> new TopicPartition(name, partition))
        .toList();
  }
}
