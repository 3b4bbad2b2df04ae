package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.text;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** The command line of {@code configs}: which entities, and what shall be done to them. */
final class ConfigsOptions {
  static final String TOPICS = "topics";
  static final String CLIENTS = "clients";
  static final String USERS = "users";
  static final String BROKERS = "brokers";
  static final String IPS = "ips";
  static final String CLIENT_METRICS = "client-metrics";
  static final String GROUPS = "groups";
  static final String BROKER_LOGGERS = "broker-loggers";

  private static final List<String> TYPES =
      List.of(TOPICS, CLIENTS, USERS, BROKERS, IPS, CLIENT_METRICS, GROUPS, BROKER_LOGGERS);

  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "The brokers, as host:port,….");
  private static final Option<String> BOOTSTRAP_CONTROLLER =
      text("bootstrap-controller", "host:port,...", "The controllers, instead.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "file", "Property file for the admin client.");
  private static final Option<Boolean> ALTER = flag("alter", "Change the configuration.");
  private static final Option<Boolean> DESCRIBE = flag("describe", "Show the configuration.");
  private static final Option<Boolean> ALL =
      flag("all", "Show what is not set for the entity itself, too.");
  private static final Option<String> ENTITY_TYPE =
      text("entity-type", "", String.join(", ", TYPES) + ".");
  private static final Option<String> ENTITY_NAME =
      text("entity-name", "", "The name of the topic, client, user, group, or a broker's id, ….");
  private static final Option<Boolean> ENTITY_DEFAULT =
      flag("entity-default", "What holds for all clients, users, brokers or ips.");
  private static final Option<String> ADD_CONFIG =
      text("add-config", "", "Settings: k1=v1,k2=[v2,v3],k4=v4.");
  private static final Option<String> ADD_CONFIG_FILE =
      text("add-config-file", "", "Property file with settings.");
  private static final Option<String> DELETE_CONFIG =
      text("delete-config", "", "Names of settings to remove: k1,k2.").listing();
  private static final Option<String> TOPIC = text("topic", "", "The topic.");
  private static final Option<String> CLIENT = text("client", "", "The client's id.");
  private static final Option<Boolean> CLIENT_DEFAULTS =
      flag("client-defaults", "What holds for all clients.");
  private static final Option<String> USER =
      text("user", "", "The name that the user logs in with.");
  private static final Option<Boolean> USER_DEFAULTS =
      flag("user-defaults", "What holds for all users.");
  private static final Option<String> BROKER = text("broker", "", "The broker's id.");
  private static final Option<Boolean> BROKER_DEFAULTS =
      flag("broker-defaults", "What holds for all brokers.");
  private static final Option<String> BROKER_LOGGER =
      text("broker-logger", "", "The id of the broker whose loggers are meant.");
  private static final Option<Boolean> IP_DEFAULTS =
      flag("ip-defaults", "What holds for all IP addresses.");
  private static final Option<String> IP = text("ip", "", "The IP address.");
  private static final Option<String> GROUP = text("group", "", "The group's id.");
  private static final Option<String> CLIENT_METRICS_NAME =
      text("client-metrics", "", "The name of the client metrics subscription.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Shows and changes what topics, brokers, clients, users, addresses and groups are"
              + " configured with.",
          BOOTSTRAP_SERVER,
          BOOTSTRAP_CONTROLLER,
          COMMAND_CONFIG,
          ALTER,
          DESCRIBE,
          ALL,
          ENTITY_TYPE,
          ENTITY_NAME,
          ENTITY_DEFAULT,
          ADD_CONFIG,
          ADD_CONFIG_FILE,
          DELETE_CONFIG,
          TOPIC,
          CLIENT,
          CLIENT_DEFAULTS,
          USER,
          USER_DEFAULTS,
          BROKER,
          BROKER_DEFAULTS,
          BROKER_LOGGER,
          IP_DEFAULTS,
          IP,
          GROUP,
          CLIENT_METRICS_NAME);

  private static final Map<Option<String>, String> NAMED = new LinkedHashMap<>();
  private static final Map<Option<Boolean>, String> DEFAULTS = new LinkedHashMap<>();

  static {
    NAMED.put(TOPIC, TOPICS);
    NAMED.put(CLIENT, CLIENTS);
    NAMED.put(USER, USERS);
    NAMED.put(BROKER, BROKERS);
    NAMED.put(BROKER_LOGGER, BROKER_LOGGERS);
    NAMED.put(IP, IPS);
    NAMED.put(CLIENT_METRICS_NAME, CLIENT_METRICS);
    NAMED.put(GROUP, GROUPS);
    DEFAULTS.put(CLIENT_DEFAULTS, CLIENTS);
    DEFAULTS.put(USER_DEFAULTS, USERS);
    DEFAULTS.put(BROKER_DEFAULTS, BROKERS);
    DEFAULTS.put(IP_DEFAULTS, IPS);
  }

  // A comma or an equals sign inside of square brackets belongs to the value.
  private static final String OUTSIDE_BRACKETS = "(?=[^\\]]*(?:\\[|$))";
  private static final Pattern BETWEEN_SETTINGS = Pattern.compile("," + OUTSIDE_BRACKETS);
  private static final Pattern BETWEEN_KEY_AND_VALUE =
      Pattern.compile("\\s*=\\s*" + OUTSIDE_BRACKETS);
  private static final Pattern BROKER_ID = Pattern.compile("[+-]?[0-9]{1,10}");
  private static final Pattern KEY = Pattern.compile("[$a-zA-Z0-9._-]*");

  private final ParsedOptions parsed;
  private final List<String> types;
  private final List<String> names;

  private ConfigsOptions(ParsedOptions parsed) {
    this.parsed = parsed;
    this.types = typesOf(parsed);
    this.names = namesOf(parsed);
  }

  static ConfigsOptions parse(String[] args) {
    ParsedOptions parsed = OPTIONS.parse(args);
    if (parsed.has(ALTER) == parsed.has(DESCRIBE)) {
      throw parsed.wrongUsage("Command must include exactly one action: --describe, --alter");
    }
    parsed.refuseBeside(DESCRIBE, ADD_CONFIG, DELETE_CONFIG);
    var options = new ConfigsOptions(parsed);
    options.checkTypes();
    options.checkNames();
    if (parsed.has(DESCRIBE)) {
      options.checkDescribe();
    } else {
      options.checkAlter();
    }
    return options;
  }

  private static List<String> typesOf(ParsedOptions parsed) {
    var types = new ArrayList<>(parsed.values(ENTITY_TYPE));
    NAMED.forEach((option, type) -> addIf(parsed.has(option), types, type));
    DEFAULTS.forEach((option, type) -> addIf(parsed.has(option), types, type));
    return types;
  }

  /** In the order of the types; empty for what holds for all. */
  private static List<String> namesOf(ParsedOptions parsed) {
    var names = new ArrayList<String>();
    Iterator<String> given = parsed.values(ENTITY_NAME).iterator();
    for (Option<?> option : parsed.inOrder()) {
      if (option == ENTITY_NAME) {
        names.add(given.next());
      } else if (option == ENTITY_DEFAULT) {
        names.add("");
      }
    }
    NAMED.keySet().stream().filter(parsed::has).map(parsed::value).forEach(names::add);
    DEFAULTS.keySet().forEach(option -> addIf(parsed.has(option), names, ""));
    return names;
  }

  private static void addIf(boolean wanted, List<String> list, String text) {
    if (wanted) {
      list.add(text);
    }
  }

  private void checkTypes() {
    Set<String> distinct = new LinkedHashSet<>(types);
    if (distinct.size() != types.size()) {
      var twice = new ArrayList<>(types);
      distinct.forEach(twice::remove);
      throw new ToolFailure("Duplicate entity type(s) specified: " + String.join(",", twice));
    }
    if (!parsed.has(BOOTSTRAP_SERVER) && !parsed.has(BOOTSTRAP_CONTROLLER)) {
      throw new ToolFailure(
          "Either --bootstrap-server or --bootstrap-controller must be specified.");
    }
    for (String type : types) {
      if (!TYPES.contains(type)) {
        throw new ToolFailure(
            "Invalid entity type "
                + type
                + ", the entity type must be one of "
                + String.join(", ", TYPES)
                + " with a --bootstrap-server or --bootstrap-controller argument");
      }
    }
    if (types.isEmpty()) {
      throw new ToolFailure("At least one entity type must be specified");
    }
    if (types.size() > 1 && !distinct.equals(Set.of(USERS, CLIENTS))) {
      throw new ToolFailure("Only 'users' and 'clients' entity types may be specified together");
    }
    boolean general =
        parsed.has(ENTITY_NAME) || parsed.has(ENTITY_TYPE) || parsed.has(ENTITY_DEFAULT);
    boolean specific =
        NAMED.keySet().stream().anyMatch(parsed::has)
            || DEFAULTS.keySet().stream().anyMatch(parsed::has);
    if (general && specific) {
      throw new ToolFailure(
          "--entity-{type,name,default} should not be used in conjunction with specific entity"
              + " flags");
    }
  }

  private void checkNames() {
    if (parsed.has(BOOTSTRAP_SERVER) && parsed.has(BOOTSTRAP_CONTROLLER)) {
      throw new ToolFailure(
          "Only one of --bootstrap-server or --bootstrap-controller can be specified");
    }
    for (String name : names) {
      if (name.isEmpty()) {
        continue;
      }
      if (types.contains(BROKERS) || types.contains(BROKER_LOGGERS)) {
        checkBrokerId(name);
      }
      if (types.contains(IPS)) {
        checkAddress(name);
      }
    }
  }

  private void checkBrokerId(String name) {
    if (!BROKER_ID.matcher(name).matches()) {
      throw new ToolFailure(
          "The entity name for "
              + types.getFirst()
              + " must be a valid integer broker id, but it is: "
              + name);
    }
  }

  private void checkAddress(String name) {
    try {
      InetAddress _ = InetAddress.getByName(name);
    } catch (UnknownHostException e) {
      throw new ToolFailure(
          "The entity name for "
              + types.getFirst()
              + " must be a valid IP or resolvable host, but it is: "
              + name);
    }
  }

  private void checkDescribe() {
    String all = String.join(",", types);
    if (!mayHaveDefaults() && names.contains("")) {
      throw new ToolFailure("--entity-default must not be specified with --describe of " + all);
    }
    if (types.contains(BROKER_LOGGERS) && names.stream().allMatch(String::isEmpty)) {
      throw new ToolFailure("An entity name must be specified with --describe of " + all);
    }
  }

  private boolean mayHaveDefaults() {
    return types.contains(USERS)
        || types.contains(CLIENTS)
        || types.contains(BROKERS)
        || types.contains(IPS);
  }

  private void checkAlter() {
    if (mayHaveDefaults() && names.isEmpty()) {
      throw new ToolFailure(
          "An entity-name or default entity must be specified with --alter of users, clients,"
              + " brokers or ips");
    }
    if (!mayHaveDefaults() && names.stream().allMatch(String::isEmpty)) {
      throw new ToolFailure(
          "An entity name must be specified with --alter of " + String.join(",", types));
    }
    if (parsed.has(ADD_CONFIG) && parsed.has(ADD_CONFIG_FILE)) {
      throw new ToolFailure("Only one of --add-config or --add-config-file must be specified");
    }
    if (!parsed.has(ADD_CONFIG) && !parsed.has(ADD_CONFIG_FILE) && !parsed.has(DELETE_CONFIG)) {
      throw new ToolFailure(
          "At least one of --add-config, --add-config-file, or --delete-config must be specified"
              + " with --alter");
    }
  }

  Properties adminProperties() throws IOException {
    Properties properties = ClientProperties.load(parsed.valueOrNull(COMMAND_CONFIG));
    properties.remove(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
    properties.remove(AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG);
    parsed
        .given(BOOTSTRAP_SERVER)
        .ifPresent(it -> properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, it));
    parsed
        .given(BOOTSTRAP_CONTROLLER)
        .ifPresent(it -> properties.put(AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG, it));
    return properties;
  }

  boolean alters() {
    return parsed.has(ALTER);
  }

  boolean describesAll() {
    return parsed.has(ALL);
  }

  /** At most users and clients together, else one. */
  List<String> types() {
    return types;
  }

  List<String> names() {
    return names;
  }

  Optional<String> name() {
    return names.stream().findFirst();
  }

  Map<String, String> settingsToAdd() throws IOException {
    var settings = new TreeMap<String, String>();
    if (parsed.has(ADD_CONFIG_FILE)) {
      ClientProperties.load(parsed.value(ADD_CONFIG_FILE))
          .forEach((key, value) -> settings.put(key.toString(), value.toString()));
    }
    if (parsed.has(ADD_CONFIG)) {
      for (String setting : BETWEEN_SETTINGS.split(parsed.value(ADD_CONFIG), 0)) {
        List<String> pair = List.of(BETWEEN_KEY_AND_VALUE.split(setting, -1));
        if (pair.size() != 2) {
          throw new ToolFailure(
              "requirement failed: Invalid entity config: all configs to be added must be in the"
                  + " format \"key=val\" or  \"key=[val1,val2]\" to group values which contain"
                  + " commas.");
        }
        settings.put(pair.getFirst().strip(), pair.getLast().replaceAll("[\\[\\]]", "").strip());
      }
    }
    for (String key : settings.keySet()) {
      if (!KEY.matcher(key).matches()) {
        throw new ToolFailure("Invalid character found for config key: " + key);
      }
    }
    return settings;
  }

  List<String> settingsToDelete() {
    return parsed.values(DELETE_CONFIG).stream().map(String::strip).toList();
  }
}
