package org.stoker.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.stoker.base.Clock;
import org.stoker.base.SystemClock;

/**
 * Reads jobs from standard input, one line of JSON each, does them in turn, and ends with its
 * input: so it never outlives the comparison that started it.
 */
public final class LoadMain {
  private final Map<String, Job> jobs;
  private final Events events;

  private LoadMain(Clock clock, Events events) {
    this.events = events;
    this.jobs =
        Map.of(
            "produce", new ProduceJob(clock),
            "read", new ReadJob(clock),
            "acknowledge", new AcknowledgeJob(clock),
            "open-loop", new OpenLoopJob(clock),
            "await-brokers", new AwaitBrokersJob(clock),
            "failover", new FailoverJob(clock));
  }

  public static void main(String[] args) throws Exception {
    var main = new LoadMain(new SystemClock(), new Events(System.out));
    try (var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      main.events.say("ready");
      var json = new ObjectMapper();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        main.run(new JobArguments(json.readTree(line)));
      }
    }
    // Threads of a client that hangs in its closing must not keep this process alive.
    System.exit(0);
  }

  private void run(JobArguments arguments) {
    try {
      Job job = jobs.get(arguments.job());
      if (job == null) {
        throw new JobFailed("there is no job " + arguments.job());
      }
      job.run(arguments, events);
      events.say("done");
    } catch (JobFailed failed) {
      events.say(events.event("failed").put("reason", failed.getMessage()));
    } catch (Exception unexpected) {
      unexpected.printStackTrace();
      events.say(events.event("failed").put("reason", unexpected.toString()));
    }
  }
}
