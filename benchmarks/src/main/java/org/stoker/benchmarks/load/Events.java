package org.stoker.benchmarks.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import org.HdrHistogram.Histogram;
import org.stoker.base.ThreadSafe;

/** What the load driver tells the comparison: one line of JSON each, as soon as it happens. */
@ThreadSafe
final class Events {
  private final ObjectMapper json = new ObjectMapper();
  private final PrintStream out;

  Events(PrintStream out) {
    this.out = out;
  }

  ObjectNode event(String name) {
    return json.createObjectNode().put("event", name);
  }

  void say(String name) {
    say(event(name));
  }

  void say(ObjectNode event) {
    try {
      String line = json.writeValueAsString(event);
      synchronized (out) {
        out.println(line);
        out.flush();
      }
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Puts what people ask of a distribution into an event, in microseconds. */
  static void putLatencies(ObjectNode event, Histogram latenciesNs) {
    event.put("p50Us", latenciesNs.getValueAtPercentile(50) / 1e3);
    event.put("p99Us", latenciesNs.getValueAtPercentile(99) / 1e3);
    event.put("p999Us", latenciesNs.getValueAtPercentile(99.9) / 1e3);
    event.put("maxUs", latenciesNs.getMaxValue() / 1e3);
  }
}
