package org.stoker.benchmarks.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;

/**
 * An idempotent producer with the client's defaults and acks=all, to a partition whose leader it
 * names; from then on it looks for the longest time without an acknowledgement.
 */
final class FailoverJob implements Job {
  private static final int PER_SECOND = 500;
  private static final int SIZE = 100;
  private static final int WARM_UP_S = 4;
  private static final long WAIT_S = 60;

  // The comparison acts when it hears of the leader. Whoever has acknowledged for so long since has
  // got over it.
  private static final int MEASURED_S = 6;
  private static final long MOST_S = 60;

  private final Clock clock;

  FailoverJob(Clock clock) {
    this.clock = clock;
  }

  /** The partition's leader, and the brokers that are to tell of the next one. */
  private record Led(int leader, List<Node> others) {}

  @Override
  public void run(JobArguments arguments, Events events) throws Exception {
    String topic = arguments.text("topic");
    Led led = create(arguments, topic);
    var gaps = new Gaps();
    var failure = new AtomicReference<@Nullable Exception>();
    double knownMs;
    List<LeaderWatch> watches = new ArrayList<>();
    for (Node other : led.others()) {
      watches.add(new LeaderWatch(clock, other, topic));
    }
    try (ExecutorService watchers =
            Executors.newCachedThreadPool(Thread.ofPlatform().name("watcher-", 0).factory());
        var producer =
            new KafkaProducer<>(
                arguments.client(Map.of("acks", "all")),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      OpenLoopSchedule.Action send =
          _ -> {
            var _ =
                producer.send(
                    new ProducerRecord<>(topic, new byte[SIZE]),
                    (_, e) -> {
                      if (e == null) {
                        gaps.acknowledged(clock.monotonicNs());
                      } else {
                        failure.compareAndSet(null, e);
                      }
                    });
          };
      forSeconds(WARM_UP_S, send);
      gaps.forget();
      events.say(events.event("leader").put("broker", led.leader()));
      long startNs = clock.monotonicNs();
      long endNs = startNs + TimeUnit.SECONDS.toNanos(MOST_S);
      List<Future<Long>> known = new ArrayList<>();
      for (LeaderWatch watch : watches) {
        known.add(watchers.submit(() -> watch.untilToldOfAnother(led.leader(), endNs)));
      }
      do {
        forSeconds(MEASURED_S, send);
      } while (gaps.millisecondsSinceLast(clock.monotonicNs()) > 1_000
          && clock.monotonicNs() < endNs);
      producer.close(Duration.ofSeconds(WAIT_S));
      knownMs = (last(known) - startNs) / 1e6;
    }
    for (LeaderWatch watch : watches) {
      watch.close();
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new JobFailed("a record was not acknowledged: " + failed);
    }
    events.say(
        events
            .event("measured")
            .put("longestMs", gaps.longestMilliseconds())
            .put("knownMs", knownMs));
  }

  private static long last(List<Future<Long>> moments) throws Exception {
    long last = Long.MIN_VALUE;
    for (Future<Long> moment : moments) {
      last = Math.max(last, moment.get(WAIT_S, TimeUnit.SECONDS));
    }
    return last;
  }

  private void forSeconds(int seconds, OpenLoopSchedule.Action send) throws Exception {
    new OpenLoopSchedule(clock.monotonicNs(), PER_SECOND)
        .run(seconds * PER_SECOND, clock, OpenLoopSchedule.Waiting.PARKED, send);
  }

  /** A topic with one partition on three brokers. */
  private static Led create(JobArguments arguments, String topic) throws Exception {
    try (Admin admin = Admin.create(arguments.client(Map.of()))) {
      int controller = controller(admin);
      List<Integer> replicas = new ArrayList<>();
      Collection<Node> nodes = admin.describeCluster().nodes().get(WAIT_S, TimeUnit.SECONDS);
      for (Node node : nodes) {
        replicas.add(node.id());
      }
      replicas.remove(Integer.valueOf(controller));
      replicas.add(arguments.text("victim").equals("controller") ? 0 : replicas.size(), controller);
      admin
          .createTopics(List.of(new NewTopic(topic, Map.of(0, replicas))))
          .all()
          .get(WAIT_S, TimeUnit.SECONDS);
      Topic.awaitLeaders(admin, List.of(new TopicPartition(topic, 0)));
      int leader = replicas.getFirst();
      return new Led(leader, nodes.stream().filter(node -> node.id() != leader).toList());
    }
  }

  /** In KRaft the leader of the quorum: what describes the cluster names any broker there. */
  private static int controller(Admin admin) throws Exception {
    try {
      return admin.describeMetadataQuorum().quorumInfo().get(WAIT_S, TimeUnit.SECONDS).leaderId();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnsupportedVersionException) {
        return admin.describeCluster().controller().get(WAIT_S, TimeUnit.SECONDS).id();
      }
      throw e;
    }
  }

  /** The times between acknowledgements. */
  private static final class Gaps {
    private long lastNs;
    private long longestNs;

    synchronized void acknowledged(long nowNs) {
      longestNs = Math.max(longestNs, nowNs - lastNs);
      lastNs = nowNs;
    }

    synchronized void forget() {
      longestNs = 0;
    }

    synchronized long millisecondsSinceLast(long nowNs) {
      return (nowNs - lastNs) / 1_000_000;
    }

    synchronized double longestMilliseconds() {
      return longestNs / 1e6;
    }
  }
}
