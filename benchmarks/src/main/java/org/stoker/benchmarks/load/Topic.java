package org.stoker.benchmarks.load;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** The topic of a job: created by it, with the settings that the comparison asked for. */
record Topic(String name, int partitions, Map<String, String> settings) {
  private static final long WAIT_S = 120;

  static Topic of(JobArguments arguments) {
    return new Topic(
        arguments.text("topic"), arguments.integer("partitions"), arguments.texts("topicSettings"));
  }

  void create(JobArguments arguments)
      throws InterruptedException, ExecutionException, TimeoutException {
    try (Admin admin = Admin.create(arguments.client(Map.of()))) {
      var topic = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(settings);
      admin.createTopics(List.of(topic)).all().get(WAIT_S, TimeUnit.SECONDS);
    }
  }
}
