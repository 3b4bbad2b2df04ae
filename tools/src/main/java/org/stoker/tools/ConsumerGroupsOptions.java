package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.longInteger;
import static org.stoker.tools.Option.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbstractOptions;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** The command line of {@code consumer-groups}, and which of its options go together. */
final class ConsumerGroupsOptions {
  static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "The brokers, as host:port,….");
  static final Option<String> GROUP =
      text("group", "consumer group", "The group; may be repeated to describe or delete.");
  static final Option<String> TOPIC =
      text(
          "topic", "topic", "The topic, or some of its partitions: orders:0,1,2. May be repeated.");
  static final Option<Boolean> ALL_TOPICS =
      flag("all-topics", "All topics that the group has offsets for.");
  static final Option<Boolean> LIST = flag("list", "List the groups.");
  static final Option<Boolean> DESCRIBE =
      flag("describe", "Show a group: its offsets, unless --members or --state is asked for.");
  static final Option<Boolean> ALL_GROUPS = flag("all-groups", "All groups.");
  static final Option<Boolean> DELETE = flag("delete", "Delete groups and their offsets.");
  static final Option<Long> TIMEOUT =
      longInteger("timeout", "timeout (ms)", "How long to wait for the cluster.").orElse(30000L);
  static final Option<String> COMMAND_CONFIG =
      text("command-config", "file", "Property file for the admin client.");
  static final Option<Boolean> RESET_OFFSETS =
      flag(
          "reset-offsets",
          "Move a group without members to other offsets. Needs a scope (--topic or --all-topics)"
              + " and a target: --to-earliest, --to-latest, --to-current, --to-offset,"
              + " --to-datetime, --by-duration, --shift-by or --from-file.");
  static final Option<Boolean> DELETE_OFFSETS =
      flag("delete-offsets", "Delete the offsets of a group for topics.");
  static final Option<Boolean> DRY_RUN = flag("dry-run", "Only show the new offsets.");
  static final Option<Boolean> EXECUTE = flag("execute", "Set the new offsets.");
  static final Option<Boolean> EXPORT = flag("export", "Print the new offsets as CSV.");
  static final Option<Long> TO_OFFSET = longInteger("to-offset", "offset", "To this offset.");
  static final Option<String> FROM_FILE =
      text("from-file", "csv file", "To the offsets in the file, as --export prints them.");
  static final Option<String> TO_DATETIME =
      text("to-datetime", "datetime", "To the first record at or after YYYY-MM-DDTHH:mm:SS.sss.");
  static final Option<String> BY_DURATION =
      text("by-duration", "duration", "To the first record of the last PnDTnHnMnS.");
  static final Option<Boolean> TO_EARLIEST = flag("to-earliest", "To the first record.");
  static final Option<Boolean> TO_LATEST = flag("to-latest", "To the end.");
  static final Option<Boolean> TO_CURRENT = flag("to-current", "To where the group is.");
  static final Option<Long> SHIFT_BY =
      longInteger("shift-by", "number-of-offsets", "By so many records, negative for back.");
  static final Option<Boolean> MEMBERS = flag("members", "Describe the members.");
  static final Option<Boolean> VERBOSE = flag("verbose", "Describe with more columns.");
  static final Option<Boolean> OFFSETS = flag("offsets", "Describe the offsets.");
  static final Option<String> STATE =
      text("state", "", "Describe the state; or list with states, or only the given ones.")
          .withOptionalArgument();
  static final Option<String> TYPE =
      text("type", "", "List with types, or only the given ones.").withOptionalArgument();
  static final Option<String> VALIDATE_REGEX =
      text("validate-regex", "regex", "Say whether brokers accept this topic expression (RE2).");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Lists, describes and deletes consumer groups, and moves or deletes their offsets.",
          BOOTSTRAP_SERVER,
          GROUP,
          TOPIC,
          ALL_TOPICS,
          LIST,
          DESCRIBE,
          ALL_GROUPS,
          DELETE,
          TIMEOUT,
          COMMAND_CONFIG,
          RESET_OFFSETS,
          DELETE_OFFSETS,
          DRY_RUN,
          EXECUTE,
          EXPORT,
          TO_OFFSET,
          FROM_FILE,
          TO_DATETIME,
          BY_DURATION,
          TO_EARLIEST,
          TO_LATEST,
          TO_CURRENT,
          SHIFT_BY,
          MEMBERS,
          VERBOSE,
          OFFSETS,
          STATE,
          TYPE,
          VALIDATE_REGEX);

  private static final List<Option<?>> ACTIONS =
      List.of(LIST, DESCRIBE, DELETE, RESET_OFFSETS, DELETE_OFFSETS, VALIDATE_REGEX);
  private static final List<Option<?>> TARGETS =
      List.of(
          TO_OFFSET,
          SHIFT_BY,
          TO_DATETIME,
          BY_DURATION,
          TO_EARLIEST,
          TO_LATEST,
          TO_CURRENT,
          FROM_FILE);

  private final ParsedOptions parsed;

  private ConsumerGroupsOptions(ParsedOptions parsed) {
    this.parsed = parsed;
  }

  static ConsumerGroupsOptions parse(String[] args, Terminal terminal) {
    ParsedOptions parsed = OPTIONS.parse(args);
    refuseUnavailable(parsed);
    if (!parsed.has(VALIDATE_REGEX)) {
      parsed.require(BOOTSTRAP_SERVER);
    }
    checkDescribe(parsed);
    checkDelete(parsed);
    checkReset(parsed, terminal);
    checkScope(parsed);
    if (ACTIONS.stream().filter(parsed::has).count() != 1) {
      throw parsed.wrongUsage(
          "Command must include exactly one action: "
              + ACTIONS.stream()
                  .map(action -> "--" + action.name())
                  .collect(Collectors.joining(", ")));
    }
    return new ConsumerGroupsOptions(parsed);
  }

  private static void refuseUnavailable(ParsedOptions parsed) {
    var unavailable = new ArrayList<String>();
    for (Option<?> option : List.of(MEMBERS, VERBOSE, OFFSETS)) {
      if (parsed.has(option) && !parsed.has(DESCRIBE)) {
        unavailable.add(option.name());
      }
    }
    if (parsed.has(STATE) && !parsed.has(DESCRIBE) && !parsed.has(LIST)) {
      unavailable.add(STATE.name());
    }
    if (parsed.has(TYPE) && !parsed.has(LIST)) {
      unavailable.add(TYPE.name());
    }
    if (!unavailable.isEmpty() && !parsed.has(OptionSet.HELP)) {
      throw new OptionException(
          "Option(s) " + unavailable + " are unavailable given other options on the command line");
    }
  }

  private static void checkDescribe(ParsedOptions parsed) {
    if (!parsed.has(DESCRIBE)) {
      return;
    }
    requireGroup(parsed, DESCRIBE);
    List<Option<?>> views = List.of(MEMBERS, OFFSETS, STATE);
    if (views.stream().filter(parsed::has).count() > 1) {
      throw parsed.wrongUsage(
          "Option " + DESCRIBE + " takes at most one of these options: " + joined(views));
    }
    if (parsed.has(STATE) && parsed.valueOrNull(STATE) != null) {
      throw parsed.wrongUsage("Option " + DESCRIBE + " does not take a value for " + STATE);
    }
  }

  private static void requireGroup(ParsedOptions parsed, Option<?> action) {
    if (!parsed.has(GROUP) && !parsed.has(ALL_GROUPS)) {
      throw parsed.wrongUsage(
          "Option "
              + action
              + " takes one of these options: "
              + joined(List.of(GROUP, ALL_GROUPS)));
    }
  }

  private static String joined(List<Option<?>> options) {
    return options.stream().map(Option::toString).collect(Collectors.joining(", "));
  }

  private static void checkDelete(ParsedOptions parsed) {
    if (parsed.has(DELETE)) {
      requireGroup(parsed, DELETE);
      if (parsed.has(TOPIC)) {
        throw parsed.wrongUsage(
            "The consumer does not support topic-specific offset deletion from a consumer group.");
      }
    }
    if (parsed.has(DELETE_OFFSETS) && !(parsed.has(GROUP) && parsed.has(TOPIC))) {
      throw parsed.wrongUsage(
          "Option "
              + DELETE_OFFSETS
              + " takes the following options: "
              + joined(List.of(GROUP, TOPIC)));
    }
  }

  private static void checkReset(ParsedOptions parsed, Terminal terminal) {
    if (!parsed.has(RESET_OFFSETS)) {
      return;
    }
    if (parsed.has(DRY_RUN) && parsed.has(EXECUTE)) {
      throw parsed.wrongUsage(
          "Option " + RESET_OFFSETS + " only accepts one of " + EXECUTE + " and " + DRY_RUN);
    }
    if (!parsed.has(DRY_RUN) && !parsed.has(EXECUTE)) {
      terminal
          .err()
          .println(
              "WARN: No action will be performed as the --execute option is missing. In version"
                  + " 5.0, this command will require either --dry-run or --execute to be specified."
                  + " You should add the --dry-run option explicitly if you are scripting this"
                  + " command and want to keep the current default behavior without prompting.");
    }
    requireGroup(parsed, RESET_OFFSETS);
    for (Option<?> target : TARGETS) {
      var others = new ArrayList<>(TARGETS);
      others.remove(target);
      parsed.refuseBeside(target, others);
    }
  }

  private static void checkScope(ParsedOptions parsed) {
    parsed.refuseBeside(GROUP, ALL_GROUPS);
    parsed.refuseBeside(GROUP, LIST);
    parsed.refuseBeside(TOPIC, LIST, DESCRIBE);
  }

  ParsedOptions parsed() {
    return parsed;
  }

  boolean has(Option<?> option) {
    return parsed.has(option);
  }

  List<String> groups() {
    return parsed.values(GROUP);
  }

  Properties adminProperties() throws IOException {
    Properties properties = ClientProperties.load(parsed.valueOrNull(COMMAND_CONFIG));
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, parsed.value(BOOTSTRAP_SERVER));
    return properties;
  }

  /** Gives a request of the admin client the time-out of the command line. */
  <T extends AbstractOptions<T>> T withTimeout(T options) {
    return options.timeoutMs(Math.toIntExact(parsed.value(TIMEOUT)));
  }

  UsageException noTarget() {
    return parsed.wrongUsage(
        "Option '" + RESET_OFFSETS + "' requires one of the following scenarios: " + TARGETS);
  }
}
