package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.integer;
import static org.stoker.tools.Option.text;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeFeaturesOptions;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.KafkaFuture;

/** {@code kafka-features.sh}: at which levels the features are that all brokers share. */
final class Features implements Tool {
  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "The brokers.");
  private static final Option<String> BOOTSTRAP_CONTROLLER =
      text("bootstrap-controller", "host:port,...", "The same: controllers are brokers here.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "file", "Property file for the admin client.");
  private static final Option<Integer> NODE_ID =
      integer("node-id", "id", "describe: the broker to ask; any without this.");
  private static final Option<String> FEATURE =
      text("feature", "feature=level", "A feature and its level; disable takes the name alone.");
  private static final Option<String> METADATA =
      text("metadata", "version", "Kafka's; there is no metadata.version here.");
  private static final Option<String> RELEASE_VERSION =
      text("release-version", "version", "Kafka's; no feature here follows a release.");
  private static final Option<Boolean> UNSAFE =
      flag("unsafe", "downgrade and disable: even if metadata is lost by it.");
  private static final Option<Boolean> DRY_RUN =
      flag("dry-run", "Tell whether it could be done, without doing it.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          """
          Shows and changes the levels of features. Commands:
            describe [--node-id ID]
            upgrade --feature FEATURE=LEVEL ... [--dry-run]
            downgrade --feature FEATURE=LEVEL ... [--unsafe] [--dry-run]
            disable --feature FEATURE ... [--unsafe] [--dry-run]
            version-mapping
            feature-dependencies --feature FEATURE=LEVEL ...\
          """,
          BOOTSTRAP_SERVER,
          BOOTSTRAP_CONTROLLER,
          COMMAND_CONFIG,
          NODE_ID,
          FEATURE,
          METADATA,
          RELEASE_VERSION,
          UNSAFE,
          DRY_RUN);

  /** The highest level of each feature that this version knows: new clusters are at it. */
  private static final Map<String, Short> KNOWN =
      Map.of("eligible.leader.replicas.version", (short) 1);

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    if (OptionSet.asksForHelp(args)) {
      OPTIONS.printHelp(terminal.out());
      return 0;
    }
    ParsedOptions parsed;
    String command;
    try {
      parsed = OPTIONS.parse(args);
      command =
          parsed.command(
              "describe",
              "upgrade",
              "downgrade",
              "disable",
              "version-mapping",
              "feature-dependencies");
    } catch (OptionException | UsageException e) {
      throw wrongLine(String.valueOf(e.getMessage()));
    }
    PrintStream out = terminal.out();
    switch (command) {
      case "version-mapping" -> mapVersions(parsed, out);
      case "feature-dependencies" -> tellDependencies(parsed, out);
      default -> {
        try (Admin admin = Admin.create(config(parsed))) {
          switch (command) {
            case "describe" -> describe(admin, parsed, out);
            case "upgrade" -> changeLevels(command, UpgradeType.UPGRADE, admin, parsed, out);
            case "downgrade" -> changeLevels(command, downward(parsed), admin, parsed, out);
            default -> disable(command, admin, parsed, out);
          }
        }
      }
    }
    return 0;
  }

  private static ToolFailure wrongLine(String problem) {
    return new ToolFailure("Command line error: " + problem + ". Type --help for help.");
  }

  private static Properties config(ParsedOptions parsed) throws Exception {
    if (!parsed.has(BOOTSTRAP_SERVER) && !parsed.has(BOOTSTRAP_CONTROLLER)) {
      throw wrongLine("You must specify either --bootstrap-controller or --bootstrap-server.");
    }
    if (parsed.has(BOOTSTRAP_SERVER) && parsed.has(BOOTSTRAP_CONTROLLER)) {
      throw wrongLine("argument --bootstrap-controller: not allowed with --bootstrap-server");
    }
    Properties config = ClientProperties.load(parsed.valueOrNull(COMMAND_CONFIG));
    config.put(
        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
        parsed.value(parsed.has(BOOTSTRAP_SERVER) ? BOOTSTRAP_SERVER : BOOTSTRAP_CONTROLLER));
    return config;
  }

  private static UpgradeType downward(ParsedOptions parsed) {
    return parsed.has(UNSAFE) ? UpgradeType.UNSAFE_DOWNGRADE : UpgradeType.SAFE_DOWNGRADE;
  }

  // ---- describe

  private static void describe(Admin admin, ParsedOptions parsed, PrintStream out)
      throws ExecutionException, InterruptedException {
    var options = new DescribeFeaturesOptions();
    Integer node = parsed.valueOrNull(NODE_ID);
    if (node != null) {
      if (node < 0) {
        throw new ToolFailure("Invalid node id " + node + ": must be non-negative.");
      }
      options.nodeId(node);
    }
    FeatureMetadata features = admin.describeFeatures(options).featureMetadata().get();
    String epoch = features.finalizedFeaturesEpoch().map(String::valueOf).orElse("-");
    new TreeMap<>(features.supportedFeatures())
        .forEach((name, supported) -> {
          FinalizedVersionRange level = features.finalizedFeatures().get(name);
          out.printf(
              "Feature: %-40s  SupportedMinVersion: %-15s  SupportedMaxVersion: %-15s  "
                  + "FinalizedVersionLevel: %-15s  Epoch: %s%n",
              name,
              supported.minVersion(),
              supported.maxVersion(),
              level == null ? 0 : level.maxVersionLevel(),
              epoch);
        });
  }

  // ---- upgrade, downgrade, disable

  private record Level(String feature, short level) {
    static Level parse(String text) {
      int equals = text.indexOf('=');
      if (equals < 0) {
        throw new ToolFailure(
            "Can't parse feature=level string " + text + ": equals sign not found.");
      }
      String level = text.substring(equals + 1).strip();
      try {
        return new Level(text.substring(0, equals).strip(), Short.parseShort(level));
      } catch (NumberFormatException e) {
        throw new ToolFailure(
            "Can't parse feature=level string "
                + text
                + ": unable to parse "
                + level
                + " as a short.");
      }
    }
  }

  private static void changeLevels(
      String command, UpgradeType type, Admin admin, ParsedOptions parsed, PrintStream out)
      throws InterruptedException {
    if (parsed.has(METADATA) || parsed.has(RELEASE_VERSION)) {
      throw new ToolFailure(
          "There is no metadata.version here, and no feature follows a release: name each with"
              + " --feature.");
    }
    Map<String, FeatureUpdate> updates = new LinkedHashMap<>();
    for (String text : parsed.values(FEATURE)) {
      Level wanted = Level.parse(text);
      addOnce(updates, wanted.feature(), new FeatureUpdate(wanted.level(), type));
    }
    update(command, admin, updates, parsed.has(DRY_RUN), out);
  }

  private static void disable(String command, Admin admin, ParsedOptions parsed, PrintStream out)
      throws InterruptedException {
    Map<String, FeatureUpdate> updates = new LinkedHashMap<>();
    for (String feature : parsed.values(FEATURE)) {
      addOnce(updates, feature, new FeatureUpdate((short) 0, downward(parsed)));
    }
    update(command, admin, updates, parsed.has(DRY_RUN), out);
  }

  private static void addOnce(
      Map<String, FeatureUpdate> updates, String feature, FeatureUpdate update) {
    if (updates.put(feature, update) != null) {
      throw new ToolFailure("Feature " + feature + " was specified more than once.");
    }
  }

  private static void update(
      String command,
      Admin admin,
      Map<String, FeatureUpdate> updates,
      boolean isDryRun,
      PrintStream out)
      throws InterruptedException {
    if (updates.isEmpty()) {
      throw new ToolFailure("You must specify at least one feature to " + command);
    }
    var options = new UpdateFeaturesOptions().validateOnly(isDryRun);
    Map<String, KafkaFuture<Void>> results =
        new TreeMap<>(admin.updateFeatures(updates, options).values());
    int failed = 0;
    for (Map.Entry<String, KafkaFuture<Void>> result : results.entrySet()) {
      String feature = result.getKey();
      FeatureUpdate update = updates.get(feature);
      String target =
          command.equals("disable") || update == null ? "" : " to " + update.maxVersionLevel();
      Optional<String> problem = problem(result.getValue());
      if (problem.isPresent()) {
        failed++;
        out.printf(
            "%s %s %s%s. %s%n",
            isDryRun ? "Can not" : "Could not", command, feature, target, problem.get());
      } else {
        out.printf("%s %s %sd%s.%n", feature, isDryRun ? "can be" : "was", command, target);
      }
    }
    if (failed > 0) {
      throw new ToolFailure(failed + " out of " + updates.size() + " operation(s) failed.");
    }
  }

  private static Optional<String> problem(KafkaFuture<Void> result) throws InterruptedException {
    try {
      result.get();
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.of(Failures.sentence(e));
    }
  }

  // ---- version-mapping, feature-dependencies

  private static void mapVersions(ParsedOptions parsed, PrintStream out) {
    if (parsed.has(RELEASE_VERSION)) {
      throw new ToolFailure(
          "No feature here follows a release: without --release-version, version-mapping tells at"
              + " which levels new clusters begin.");
    }
    new TreeMap<>(KNOWN).forEach((feature, level) -> out.println(feature + "=" + level));
  }

  private static void tellDependencies(ParsedOptions parsed, PrintStream out) {
    if (parsed.values(FEATURE).isEmpty()) {
      throw wrongLine("argument --feature is required");
    }
    for (String text : parsed.values(FEATURE)) {
      Level asked = Level.parse(text);
      Short highest = KNOWN.get(asked.feature());
      if (highest == null) {
        throw new ToolFailure("Unknown feature: " + asked.feature());
      }
      if (asked.level() < 0 || asked.level() > highest) {
        throw new ToolFailure(
            "No feature:" + asked.feature() + " with feature level " + asked.level());
      }
      out.println(asked.feature() + "=" + asked.level() + " has no dependencies.");
    }
  }
}
