package org.stoker.benchmarks.load;

import java.util.HashMap;
import java.util.Map;
import org.stoker.base.Clock;

/**
 * One record to each partition, from a client that is there before the broker: tells when the first
 * was acknowledged, and when all were.
 */
final class AcknowledgeJob implements Job {
  // A client that waits must see the broker within the precision that starts are measured with.
  private static final Map<String, String> EAGER =
      Map.of(
          "reconnect.backoff.ms", "10",
          "reconnect.backoff.max.ms", "10",
          "retry.backoff.ms", "20",
          "retry.backoff.max.ms", "20",
          "socket.connection.setup.timeout.ms", "1000",
          "max.block.ms", "300000",
          "delivery.timeout.ms", "300000");

  private final Clock clock;

  AcknowledgeJob(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void run(JobArguments arguments, Events events) throws Exception {
    Topic topic = Topic.of(arguments);
    var settings = new HashMap<>(EAGER);
    settings.put("acks", "all");
    try (var sender =
        new Sender(
            clock,
            arguments.client(settings),
            topic,
            arguments.integer("producer"),
            arguments.integer("size"),
            Sender.Spread.IN_TURN)) {
      events.say("trying");
      if (arguments.isSet("create")) {
        topic.create(arguments);
      }
      sender.oneAtATime(Sender.Length.records(1));
      events.say("first");
      sender.stream(Sender.Length.records(topic.partitionCount() - 1));
      events.say("all");
    }
  }
}
