package org.stoker.tools;

import static org.stoker.tools.Option.text;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.BootstrapConfiguration;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.LogContext;

/**
 * {@code kafka-broker-api-versions.sh}: which versions of each API every broker speaks.
 *
 * <p>The public client asks brokers for their versions but tells nobody, so this tool opens the
 * connections itself, with the classes that the client is made of.
 */
final class BrokerApiVersions implements Tool {
  private static final int CONNECT_TIMEOUT_MS = 5000;
  private static final int SOCKET_BUFFER_BYTES = 64 * 1024;

  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "REQUIRED: the brokers.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "file", "Property file for the admin client.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Tells which versions of each API every broker speaks.",
          BOOTSTRAP_SERVER,
          COMMAND_CONFIG);

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ParsedOptions parsed = OPTIONS.parse(args);
    parsed.require(BOOTSTRAP_SERVER);
    Properties properties = ClientProperties.load(parsed.valueOrNull(COMMAND_CONFIG));
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, parsed.value(BOOTSTRAP_SERVER));
    var config = new AdminClientConfig(properties);
    var versions = new ApiVersions();
    try (NetworkClient client = networkClient(config, versions)) {
      refuseIfNoneAnswers(client, bootstrapNodes(config));
      for (Node broker : brokers(properties)) {
        terminal.out().println(broker + " -> " + describe(client, versions, broker));
      }
    }
    return 0;
  }

  private static NetworkClient networkClient(AdminClientConfig config, ApiVersions versions) {
    Time time = Time.SYSTEM;
    var context = new LogContext();
    var selector =
        new Selector(
            config.getLong(AdminClientConfig.CONNECTIONS_MAX_IDLE_MS_CONFIG),
            new Metrics(time),
            time,
            "broker-api-versions",
            ClientUtils.createChannelBuilder(config, time, context),
            context);
    return new NetworkClient(
        selector,
        new ManualMetadataUpdater(),
        "broker-api-versions",
        1,
        config.getLong(AdminClientConfig.RECONNECT_BACKOFF_MS_CONFIG),
        config.getLong(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG),
        SOCKET_BUFFER_BYTES,
        SOCKET_BUFFER_BYTES,
        CONNECT_TIMEOUT_MS,
        CONNECT_TIMEOUT_MS,
        CONNECT_TIMEOUT_MS,
        time,
        true,
        versions,
        context,
        MetadataRecoveryStrategy.NONE,
        BootstrapConfiguration.DISABLED,
        false);
  }

  private static List<Node> bootstrapNodes(AdminClientConfig config) {
    List<InetSocketAddress> addresses =
        ClientUtils.parseAndValidateAddresses(
            config.getList(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG),
            config.getString(AdminClientConfig.CLIENT_DNS_LOOKUP_CONFIG));
    var nodes = new ArrayList<Node>();
    for (InetSocketAddress address : addresses) {
      nodes.add(new Node(-1 - nodes.size(), address.getHostString(), address.getPort()));
    }
    return nodes;
  }

  /** At once, instead of after the minute for which the admin client would go on trying. */
  private static void refuseIfNoneAnswers(NetworkClient client, List<Node> bootstrap) {
    for (Node node : bootstrap) {
      try {
        if (NetworkClientUtils.awaitReady(client, node, Time.SYSTEM, CONNECT_TIMEOUT_MS)) {
          return;
        }
      } catch (IOException refused) {
        // The next one may answer.
      }
    }
    throw new ToolFailure(
        "Request METADATA failed on brokers "
            + bootstrap.stream().map(Node::toString).collect(Collectors.joining(", ", "[", "]")));
  }

  private static List<Node> brokers(Properties properties) throws Exception {
    try (Admin admin = Admin.create(properties)) {
      var brokers = new ArrayList<>(admin.describeCluster().nodes().get());
      brokers.sort(Comparator.comparingInt(Node::id));
      return brokers;
    }
  }

  private static String describe(NetworkClient client, ApiVersions versions, Node broker) {
    try {
      if (!NetworkClientUtils.awaitReady(client, broker, Time.SYSTEM, CONNECT_TIMEOUT_MS)) {
        return "ERROR: no answer within " + CONNECT_TIMEOUT_MS + " ms";
      }
      NodeApiVersions spoken = versions.get(broker.idString());
      return spoken == null ? "ERROR: it did not say its versions" : spoken.toString(true);
    } catch (IOException | RuntimeException e) {
      return "ERROR: " + e.getMessage();
    }
  }
}
