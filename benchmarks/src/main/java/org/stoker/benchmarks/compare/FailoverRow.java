package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** How long nothing is acknowledged when the leader of a partition goes without a word. */
final class FailoverRow implements Row {
  /**
   * One way to lose a leader.
   *
   * @param victim {@code controller}, or {@code other} for a broker that is not
   * @param isPaused SIGSTOP instead of SIGKILL: no connection ends
   */
  private record Case(String name, String victim, boolean isPaused) {}

  private static final List<Case> CASES =
      List.of(
          new Case("kill -9 of a leader", "other", false),
          new Case("kill -9 of a leader that is the controller", "controller", false),
          new Case("SIGSTOP of a leader", "other", true));

  private static final Map<String, String> EQUAL_SESSIONS =
      Map.of("broker.session.timeout.ms", "2500", "broker.heartbeat.interval.ms", "500");

  private final boolean areSessionsEqual;

  /**
   * @param areSessionsEqual whether Kafka's brokers are given up as early as Stoker's
   */
  FailoverRow(boolean areSessionsEqual) {
    this.areSessionsEqual = areSessionsEqual;
  }

  @Override
  public String key() {
    return areSessionsEqual ? "failover-equal-sessions" : "failover";
  }

  @Override
  public String title() {
    return "Failover: the longest time without an acknowledgement"
        + (areSessionsEqual ? ", at equal session time-outs" : "");
  }

  @Override
  public String conditions() {
    return "Three brokers on this machine, replication factor 3, min.insync.replicas 2; one"
        + " idempotent producer with the client's defaults and acks=all sends 500 records a second"
        + " to one partition. Session time-outs are "
        + (areSessionsEqual
            ? "2.5 s for both, with a heartbeat every 0.5 s."
            : "the defaults: 9 s of Kafka, 2.5 s of Stoker.")
        + " ZooKeeper runs beside the brokers and is not touched. The two other brokers are asked"
        + " every 2 ms, each on a connection of its own, who leads.";
  }

  @Override
  public void run(Round round) throws Exception {
    for (Case one : CASES) {
      RunningCluster cluster = round.startCluster(areSessionsEqual ? EQUAL_SESSIONS : Map.of());
      LoadDriver client = round.client();
      round.awaitCluster(cluster, client);
      client.begin(
          JobRequest.of("failover", cluster.bootstrap())
              .with("topic", key() + "-" + CASES.indexOf(one))
              .with("victim", one.victim())
              .json());
      int leader = client.await("leader").path("broker").asInt();
      if (one.isPaused()) {
        cluster.broker(leader).pause();
      } else {
        cluster.broker(leader).kill();
      }
      JsonNode measured = client.await("measured");
      client.await("done");
      // Of a paused broker the client hears only by its own request.timeout.ms.
      double aim = one.isPaused() ? Double.NaN : 0.1;
      round.put(Metric.lower(one.name(), "ms", aim), measured.path("longestMs").asDouble());
      round.put(
          Metric.lower(one.name() + ", until every broker tells of another leader", "ms", 0.5),
          measured.path("knownMs").asDouble());
      cluster.stop();
      client.close();
      round.startAfresh();
    }
  }
}
