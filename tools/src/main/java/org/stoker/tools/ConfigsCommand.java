package org.stoker.tools;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.internals.Topic;

/** {@code kafka-configs.sh}: shows and changes what is configured while the cluster runs. */
final class ConfigsCommand implements Tool {
  private static final int ALTER_TIMEOUT_MS = 30_000;

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ConfigsOptions options = ConfigsOptions.parse(args);
    try (Admin admin = Admin.create(options.adminProperties())) {
      if (!options.alters()) {
        describe(admin, options, terminal);
        return 0;
      }
      if (options.types().size() != options.names().size()) {
        throw new ToolFailure("An entity name must be specified for every entity type");
      }
      alter(admin, options);
      terminal.out().println(completed(options));
      return 0;
    } catch (ExecutionException e) {
      throw failure(args, e.getCause() == null ? e : e.getCause());
    } catch (IOException e) {
      throw failure(args, e);
    }
  }

  private static ToolFailure failure(String[] args, Throwable cause) {
    return new ToolFailure(
        "Error while executing config command with args '"
            + String.join(" ", args)
            + "'\n"
            + Failures.sentence(cause));
  }

  private static String completed(ConfigsOptions options) {
    String type = options.types().getFirst();
    String name = options.names().getFirst();
    return name.isEmpty()
        ? "Completed updating default config for " + type + " in the cluster."
        : "Completed updating config for " + singular(type) + " " + name + ".";
  }

  private static String singular(String type) {
    return type.substring(0, type.length() - 1);
  }

  private static void alter(Admin admin, ConfigsOptions options) throws Exception {
    Map<String, String> added = options.settingsToAdd();
    List<String> deleted = options.settingsToDelete();
    switch (options.types().getFirst()) {
      case ConfigsOptions.USERS, ConfigsOptions.CLIENTS, ConfigsOptions.IPS ->
          new ConfigsOfClients(admin, options).alter(added, deleted);
      case ConfigsOptions.BROKER_LOGGERS -> {
        refuseUnknownLoggers(admin, options.names().getFirst(), added, deleted);
        alterResource(admin, resource(options), added, deleted);
      }
      default -> alterResource(admin, resource(options), added, deleted);
    }
  }

  private static ConfigResource resource(ConfigsOptions options) {
    return new ConfigResource(resourceType(options.types().getFirst()), options.names().getFirst());
  }

  private static ConfigResource.Type resourceType(String type) {
    return switch (type) {
      case ConfigsOptions.TOPICS -> ConfigResource.Type.TOPIC;
      case ConfigsOptions.BROKERS -> ConfigResource.Type.BROKER;
      case ConfigsOptions.BROKER_LOGGERS -> ConfigResource.Type.BROKER_LOGGER;
      case ConfigsOptions.CLIENT_METRICS -> ConfigResource.Type.CLIENT_METRICS;
      case ConfigsOptions.GROUPS -> ConfigResource.Type.GROUP;
      default -> throw new ToolFailure("Invalid entity type: " + type);
    };
  }

  private static void alterResource(
      Admin admin, ConfigResource resource, Map<String, String> added, List<String> deleted)
      throws ExecutionException, InterruptedException {
    var operations = new ArrayList<AlterConfigOp>();
    for (String key : deleted) {
      operations.add(new AlterConfigOp(new ConfigEntry(key, ""), AlterConfigOp.OpType.DELETE));
    }
    added.forEach((key, value) ->
        operations.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
    admin
        .incrementalAlterConfigs(
            Map.of(resource, operations), new AlterConfigsOptions().timeoutMs(ALTER_TIMEOUT_MS))
        .all()
        .get();
  }

  private static void refuseUnknownLoggers(
      Admin admin, String broker, Map<String, String> added, List<String> deleted)
      throws ExecutionException, InterruptedException {
    Set<String> loggers =
        entries(admin, ConfigsOptions.BROKER_LOGGERS, broker, true).stream()
            .map(ConfigEntry::name)
            .collect(Collectors.toSet());
    var unknown = new ArrayList<>(deleted);
    unknown.addAll(added.keySet());
    unknown.removeIf(loggers::contains);
    if (!unknown.isEmpty()) {
      throw new ToolFailure("Invalid broker logger(s): " + String.join(",", unknown));
    }
  }

  private static void describe(Admin admin, ConfigsOptions options, Terminal terminal)
      throws ExecutionException, InterruptedException {
    String type = options.types().getFirst();
    switch (type) {
      case ConfigsOptions.USERS, ConfigsOptions.CLIENTS, ConfigsOptions.IPS ->
          new ConfigsOfClients(admin, options).describe(terminal.out());
      default -> describeResources(admin, type, options, terminal);
    }
  }

  private static void describeResources(
      Admin admin, String type, ConfigsOptions options, Terminal terminal)
      throws ExecutionException, InterruptedException {
    Optional<String> name = options.name();
    boolean all = options.describesAll();
    if (!all && name.isPresent() && !name.get().isEmpty() && !exists(admin, type, name.get())) {
      terminal
          .out()
          .printf(
              "The %s '%s' doesn't exist and doesn't have dynamic config.%n",
              singular(type), name.get());
      return;
    }
    for (String entity : name.isPresent() ? List.of(name.get()) : entities(admin, type)) {
      if (entity.isEmpty() && type.equals(ConfigsOptions.BROKERS)) {
        terminal.out().println("Default configs for " + type + " in the cluster are:");
      } else {
        terminal
            .out()
            .printf("%s configs for %s %s are:%n", all ? "All" : "Dynamic", singular(type), entity);
      }
      for (ConfigEntry entry : entries(admin, type, entity, all)) {
        terminal.out().println(line(entry));
      }
    }
  }

  static String line(ConfigEntry entry) {
    String synonyms =
        entry.synonyms().stream()
            .map(synonym -> synonym.source() + ":" + synonym.name() + "=" + synonym.value())
            .collect(Collectors.joining(", "));
    return "  "
        + entry.name()
        + "="
        + entry.value()
        + " sensitive="
        + entry.isSensitive()
        + " synonyms={"
        + synonyms
        + "}";
  }

  private static boolean exists(Admin admin, String type, String name)
      throws ExecutionException, InterruptedException {
    if (type.equals(ConfigsOptions.TOPICS)) {
      Topic.validate(name);
    }
    return entities(admin, type).contains(name);
  }

  /** Everything of the type that can have settings; the brokers' defaults have no name. */
  private static Collection<String> entities(Admin admin, String type)
      throws ExecutionException, InterruptedException {
    return switch (type) {
      case ConfigsOptions.TOPICS ->
          new TreeSet<>(admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get());
      case ConfigsOptions.BROKERS, ConfigsOptions.BROKER_LOGGERS -> {
        var brokers = new ArrayList<>(admin.describeCluster().nodes().get());
        brokers.sort(Comparator.comparingInt(Node::id));
        var ids = new ArrayList<String>();
        brokers.forEach(broker -> ids.add(broker.idString()));
        ids.add("");
        yield ids;
      }
      case ConfigsOptions.CLIENT_METRICS ->
          namesOfResources(admin, ConfigResource.Type.CLIENT_METRICS);
      default -> {
        var groups = new TreeSet<String>();
        for (GroupListing group : admin.listGroups().all().get()) {
          groups.add(group.groupId());
        }
        groups.addAll(namesOfResourcesIfTold(admin, ConfigResource.Type.GROUP));
        yield groups;
      }
    };
  }

  private static Set<String> namesOfResources(Admin admin, ConfigResource.Type type)
      throws ExecutionException, InterruptedException {
    var names = new TreeSet<String>();
    for (ConfigResource resource :
        admin.listConfigResources(Set.of(type), new ListConfigResourcesOptions()).all().get()) {
      names.add(resource.name());
    }
    return names;
  }

  private static Set<String> namesOfResourcesIfTold(Admin admin, ConfigResource.Type type)
      throws ExecutionException, InterruptedException {
    try {
      return namesOfResources(admin, type);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnsupportedVersionException
          || e.getCause() instanceof ClusterAuthorizationException) {
        return new LinkedHashSet<>();
      }
      throw e;
    }
  }

  private static List<ConfigEntry> entries(Admin admin, String type, String name, boolean all)
      throws ExecutionException, InterruptedException {
    var resource = new ConfigResource(resourceType(type), name);
    Optional<ConfigSource> only = all ? Optional.empty() : ownSource(type, name);
    var described =
        admin
            .describeConfigs(List.of(resource), new DescribeConfigsOptions().includeSynonyms(true))
            .all()
            .get()
            .get(resource);
    if (described == null) {
      throw new ApiException("The cluster said nothing about " + resource);
    }
    return described.entries().stream()
        .filter(entry -> only.isEmpty() || only.get() == entry.source())
        .sorted(Comparator.comparing(ConfigEntry::name))
        .toList();
  }

  /** Where the settings come from that were made for this entity itself. */
  private static Optional<ConfigSource> ownSource(String type, String name) {
    return switch (type) {
      case ConfigsOptions.TOPICS -> Optional.of(ConfigSource.DYNAMIC_TOPIC_CONFIG);
      case ConfigsOptions.BROKERS ->
          Optional.of(
              name.isEmpty()
                  ? ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
                  : ConfigSource.DYNAMIC_BROKER_CONFIG);
      case ConfigsOptions.CLIENT_METRICS -> Optional.of(ConfigSource.DYNAMIC_CLIENT_METRICS_CONFIG);
      case ConfigsOptions.GROUPS -> Optional.of(ConfigSource.DYNAMIC_GROUP_CONFIG);
      default -> Optional.empty();
    };
  }
}
