package org.stoker.benchmarks.load;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.stoker.base.Clock;

/**
 * Producers that send as fast as they are let, or each record when the one before was acknowledged;
 * first for warming up, then measured.
 */
final class ProduceJob implements Job {
  private final Clock clock;

  ProduceJob(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void run(JobArguments arguments, Events events) throws Exception {
    Topic topic = Topic.of(arguments);
    topic.create(arguments);
    Crew.Task warmUp = task(arguments, Sender.Length.of(arguments, "warmUp"));
    Crew.Task measured = task(arguments, Sender.Length.of(arguments, "measured"));

    try (var crew = new Crew(senders(arguments, topic))) {
      crew.all(warmUp);
      int before = Arrays.stream(crew.sent()).sum();
      crew.beginMeasuring();

      var usage = new ClientUsage(clock);
      events.say("measuring");
      crew.all(measured);
      ObjectNode event = events.event("measured");
      usage.put(event);

      int records = Arrays.stream(crew.sent()).sum() - before;
      event.put("records", records);
      event.put("bytes", (long) records * arguments.integer("size"));
      Events.putLatencies(event, crew.latencies());
      ArrayNode sent = event.putArray("sent");
      Arrays.stream(crew.sent()).forEach(sent::add);
      events.say(event);
    }
  }

  private static Crew.Task task(JobArguments arguments, Sender.Length length) {
    return arguments.isSet("oneAtATime")
        ? sender -> sender.oneAtATime(length)
        : sender -> sender.stream(length);
  }

  private List<Sender> senders(JobArguments arguments, Topic topic) {
    Properties properties = arguments.client(Map.of("acks", "all"));
    var spread = Sender.Spread.valueOf(arguments.text("spread", Sender.Spread.BY_CLIENT.name()));
    int size = arguments.integer("size");
    var senders = new ArrayList<Sender>();
    for (int i = 0; i < arguments.integer("producers", 1); i++) {
      senders.add(new Sender(clock, properties, topic, i, size, spread));
    }
    return senders;
  }
}
