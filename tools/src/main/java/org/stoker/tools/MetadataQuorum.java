package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.integer;
import static org.stoker.tools.Option.text;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.apache.kafka.common.Uuid;
import org.stoker.base.Clock;

/**
 * {@code kafka-metadata-quorum.sh}: who writes the cluster's log, and how far everybody has come.
 */
final class MetadataQuorum implements Tool {
  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "REQUIRED: the brokers.");
  private static final Option<String> BOOTSTRAP_CONTROLLER =
      text("bootstrap-controller", "host:port,...", "The same: controllers are brokers here.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "file", "Property file for the admin client.");
  private static final Option<Boolean> STATUS = flag("status", "describe: a summary.");
  private static final Option<Boolean> REPLICATION =
      flag("replication", "describe: how far each broker has come.");
  private static final Option<Boolean> HUMAN_READABLE =
      flag("human-readable", "With --replication: how long ago, instead of when.");
  private static final Option<Boolean> DRY_RUN = flag("dry-run", "Kafka's, for controllers.");
  private static final Option<Integer> CONTROLLER_ID =
      integer("controller-id", "id", "Kafka's, for remove-controller.");
  private static final Option<String> CONTROLLER_DIRECTORY_ID =
      text("controller-directory-id", "id", "Kafka's, for remove-controller.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          """
          Tells about the log of the cluster's metadata. Commands:
            describe --status | --replication [--human-readable]\
          """,
          BOOTSTRAP_SERVER,
          BOOTSTRAP_CONTROLLER,
          COMMAND_CONFIG,
          STATUS,
          REPLICATION,
          HUMAN_READABLE,
          DRY_RUN,
          CONTROLLER_ID,
          CONTROLLER_DIRECTORY_ID);

  private final Clock clock;

  MetadataQuorum(Clock clock) {
    this.clock = clock;
  }

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    if (OptionSet.asksForHelp(args)) {
      OPTIONS.printHelp(terminal.out());
      return 0;
    }
    ParsedOptions parsed = OPTIONS.parseOrShowUsage(args);
    switch (parsed.command("describe", "add-controller", "remove-controller")) {
      case "describe" -> describe(parsed, terminal.out());
      default ->
          throw new ToolFailure(
              "Controllers are neither added nor removed here: any broker may be the controller,"
                  + " and the metadata is in ZooKeeper, whose servers vote on it.");
    }
    return 0;
  }

  private void describe(ParsedOptions parsed, PrintStream out) throws Exception {
    Properties config = config(parsed);
    boolean wantsStatus = parsed.has(STATUS);
    boolean wantsReplication = parsed.has(REPLICATION);
    if (wantsStatus && wantsReplication) {
      throw new ToolFailure(
          "Only one of --status or --replication should be specified with describe sub-command");
    }
    if (!wantsStatus && !wantsReplication) {
      throw new ToolFailure(
          "One of --status or --replication must be specified with describe sub-command");
    }
    if (wantsStatus && parsed.has(HUMAN_READABLE)) {
      throw new ToolFailure(
          "The option --human-readable is only supported along with --replication");
    }
    try (Admin admin = Admin.create(config)) {
      if (wantsStatus) {
        status(admin, out);
      } else {
        replication(quorum(admin), parsed.has(HUMAN_READABLE), out);
      }
    }
  }

  private static Properties config(ParsedOptions parsed) throws Exception {
    parsed.requireExactlyOne(BOOTSTRAP_SERVER, BOOTSTRAP_CONTROLLER);
    String file = parsed.valueOrNull(COMMAND_CONFIG);
    if (file != null && !Files.exists(Path.of(file))) {
      throw new ToolFailure("Properties file " + file + " does not exists!");
    }
    Properties config = ClientProperties.load(file);
    config.put(
        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
        parsed.value(parsed.has(BOOTSTRAP_SERVER) ? BOOTSTRAP_SERVER : BOOTSTRAP_CONTROLLER));
    return config;
  }

  private static QuorumInfo quorum(Admin admin) throws ExecutionException, InterruptedException {
    return admin.describeMetadataQuorum().quorumInfo().get();
  }

  private static ReplicaState leader(QuorumInfo quorum) {
    return quorum.voters().stream()
        .filter(voter -> voter.replicaId() == quorum.leaderId())
        .findFirst()
        .orElseThrow(() -> new ToolFailure("The cluster has no controller at the moment."));
  }

  // ---- status

  private static void status(Admin admin, PrintStream out)
      throws ExecutionException, InterruptedException {
    String clusterId = admin.describeCluster().clusterId().get();
    QuorumInfo quorum = quorum(admin);
    ReplicaState leader = leader(quorum);
    ReplicaState last =
        Collections.min(quorum.voters(), Comparator.comparingLong(ReplicaState::logEndOffset));
    out.println("ClusterId:              " + clusterId);
    out.println("LeaderId:               " + quorum.leaderId());
    out.println("LeaderEpoch:            " + quorum.leaderEpoch());
    out.println("HighWatermark:          " + quorum.highWatermark());
    out.println("MaxFollowerLag:         " + (leader.logEndOffset() - last.logEndOffset()));
    out.println("MaxFollowerLagTimeMs:   " + lagMs(leader, last));
    out.println("CurrentVoters:          " + members(quorum, quorum.voters()));
    out.println("CurrentObservers:       " + members(quorum, quorum.observers()));
  }

  private static long lagMs(ReplicaState leader, ReplicaState last) {
    if (leader.equals(last)) {
      return 0;
    }
    OptionalLong ofLeader = leader.lastCaughtUpTimestamp();
    OptionalLong ofLast = last.lastCaughtUpTimestamp();
    return ofLeader.isPresent() && ofLast.isPresent()
        ? ofLeader.getAsLong() - ofLast.getAsLong()
        : -1;
  }

  private static String members(QuorumInfo quorum, List<ReplicaState> replicas) {
    return replicas.stream()
        .map(replica -> member(quorum, replica))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** In Kafka's JSON. */
  private static String member(QuorumInfo quorum, ReplicaState replica) {
    var text = new StringBuilder("{\"id\": ").append(replica.replicaId());
    if (!replica.replicaDirectoryId().equals(Uuid.ZERO_UUID)) {
      text.append(", \"directoryId\": \"").append(replica.replicaDirectoryId()).append('"');
    }
    QuorumInfo.Node node = quorum.nodes().get(replica.replicaId());
    if (node != null && !node.endpoints().isEmpty()) {
      text.append(
          node.endpoints().stream()
              .map(endpoint -> "\"" + endpoint + "\"")
              .collect(Collectors.joining(", ", ", \"endpoints\": [", "]")));
    }
    return text.append('}').toString();
  }

  // ---- replication

  private void replication(QuorumInfo quorum, boolean humanReadable, PrintStream out) {
    ReplicaState leader = leader(quorum);
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "NodeId",
            "DirectoryId",
            "LogEndOffset",
            "Lag",
            "LastFetchTimestamp",
            "LastCaughtUpTimestamp",
            "Status"));
    Stream.of(leader)
        .map(replica -> row(replica, leader, "Leader", humanReadable))
        .forEach(rows::add);
    quorum.voters().stream()
        .filter(voter -> voter.replicaId() != leader.replicaId())
        .map(replica -> row(replica, leader, "Follower", humanReadable))
        .forEach(rows::add);
    quorum.observers().stream()
        .map(replica -> row(replica, leader, "Observer", humanReadable))
        .forEach(rows::add);
    print(rows, out);
  }

  private List<String> row(
      ReplicaState replica, ReplicaState leader, String status, boolean humanReadable) {
    return List.of(
        String.valueOf(replica.replicaId()),
        String.valueOf(replica.replicaDirectoryId()),
        String.valueOf(replica.logEndOffset()),
        String.valueOf(leader.logEndOffset() - replica.logEndOffset()),
        when(replica.lastFetchTimestamp(), "last fetch", humanReadable),
        when(replica.lastCaughtUpTimestamp(), "last caught up", humanReadable),
        status);
  }

  private String when(OptionalLong timestampMs, String what, boolean humanReadable) {
    if (timestampMs.isEmpty()) {
      return "-1";
    }
    return humanReadable
        ? agoMs(timestampMs.getAsLong(), what) + " ms ago"
        : String.valueOf(timestampMs.getAsLong());
  }

  private long agoMs(long timestampMs, String what) {
    long nowMs = clock.wallMs();
    if (timestampMs <= 0 || timestampMs > nowMs) {
      throw new ToolFailure(
          "Error while computing relative time, possible drift in system clock.%nCurrent timestamp is %d, %s timestamp is %d"
              .formatted(nowMs, what, timestampMs));
    }
    return nowMs - timestampMs;
  }

  /** As wide as the widest, and a tab after each. */
  private static void print(List<List<String>> rows, PrintStream out) {
    int columns = rows.getFirst().size();
    var widths = new int[columns];
    for (List<String> row : rows) {
      for (int column = 0; column < columns; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String value = row.get(column);
        line.append(value).append(" ".repeat(widths[column] - value.length())).append('\t');
      }
      out.println(line);
    }
  }
}
