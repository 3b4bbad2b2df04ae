package org.stoker.tools;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DeleteConsumerGroupsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.stoker.base.Clock;

/** {@code kafka-consumer-groups.sh}: list, describe, move and delete consumer groups. */
final class ConsumerGroupsCommand implements Tool {
  private static final int LEAST_GROUP_WIDTH = 15;
  private static final int GROUP_MARGIN = 10;

  private final Clock clock;

  ConsumerGroupsCommand(Clock clock) {
    this.clock = clock;
  }

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ConsumerGroupsOptions options = ConsumerGroupsOptions.parse(args, terminal);
    if (options.has(ConsumerGroupsOptions.VALIDATE_REGEX)) {
      validate(options.parsed().value(ConsumerGroupsOptions.VALIDATE_REGEX), terminal);
      return 0;
    }
    try (Admin admin = Admin.create(options.adminProperties())) {
      checkNumbers(options.parsed());
      act(admin, options, terminal);
    } catch (IllegalArgumentException e) {
      throw options.parsed().wrongUsage(String.valueOf(e.getMessage()));
    } catch (UsageException e) {
      throw e;
    } catch (ExecutionException | RuntimeException e) {
      // On standard output, and with exit code 0: that is how Kafka's tool fails.
      printError("Executing consumer group command failed due to " + e.getMessage(), terminal);
    }
    return 0;
  }

  /** Before the cluster is asked for anything. */
  private static void checkNumbers(ParsedOptions parsed) {
    parsed.values(ConsumerGroupsOptions.TO_OFFSET);
    parsed.values(ConsumerGroupsOptions.SHIFT_BY);
    parsed.values(ConsumerGroupsOptions.TIMEOUT);
  }

  static void printError(String message, Terminal terminal) {
    terminal.out().println("\nError: " + message);
  }

  private void act(Admin admin, ConsumerGroupsOptions options, Terminal terminal)
      throws ExecutionException, InterruptedException {
    if (options.has(ConsumerGroupsOptions.LIST)) {
      list(admin, options, terminal);
    } else if (options.has(ConsumerGroupsOptions.DESCRIBE)) {
      new GroupDescriptions(admin, options, terminal).print(groups(admin, options));
    } else if (options.has(ConsumerGroupsOptions.DELETE)) {
      delete(admin, options, terminal);
    } else if (options.has(ConsumerGroupsOptions.RESET_OFFSETS)) {
      new OffsetReset(admin, options, terminal, clock).run(groups(admin, options));
    } else {
      new OffsetDeletion(admin, options, terminal).run();
    }
  }

  /** Topic expressions are evaluated by brokers, which know RE2 and not Java's dialect. */
  private static void validate(String regex, Terminal terminal) {
    try {
      Pattern _ = Pattern.compile(regex);
      terminal.out().printf("The regular expression `%s` is valid.%n", regex);
    } catch (PatternSyntaxException e) {
      terminal
          .out()
          .printf("The regular expression `%s` is invalid: %s.%n", regex, e.getDescription());
    }
  }

  private static Collection<String> groups(Admin admin, ConsumerGroupsOptions options)
      throws ExecutionException, InterruptedException {
    return options.has(ConsumerGroupsOptions.ALL_GROUPS)
        ? listings(admin, options, Set.of(), Set.of()).stream().map(GroupListing::groupId).toList()
        : options.groups();
  }

  private static void list(Admin admin, ConsumerGroupsOptions options, Terminal terminal)
      throws ExecutionException, InterruptedException {
    boolean withType = options.has(ConsumerGroupsOptions.TYPE);
    boolean withState = options.has(ConsumerGroupsOptions.STATE);
    Set<GroupType> types = types(options.parsed().valueOrNull(ConsumerGroupsOptions.TYPE));
    Set<GroupState> states = states(options.parsed().valueOrNull(ConsumerGroupsOptions.STATE));
    List<GroupListing> listings = listings(admin, options, types, states);
    if (!withType && !withState) {
      listings.forEach(listing -> terminal.out().println(listing.groupId()));
      return;
    }
    int groupWidth = LEAST_GROUP_WIDTH;
    for (GroupListing listing : listings) {
      groupWidth = Math.max(groupWidth, listing.groupId().length());
    }
    var columns = new ArrayList<Table.Column>();
    columns.add(Table.Column.fixed("GROUP", groupWidth + GROUP_MARGIN));
    if (withType) {
      columns.add(Table.Column.fixed("TYPE", 20));
    }
    if (withState) {
      columns.add(Table.Column.fixed("STATE", 20));
    }
    List<List<String>> rows = new ArrayList<>();
    for (GroupListing listing : listings) {
      var row = new ArrayList<String>();
      row.add(listing.groupId());
      if (withType) {
        row.add(listing.type().orElse(GroupType.UNKNOWN).toString());
      }
      if (withState) {
        row.add(listing.groupState().orElse(GroupState.UNKNOWN).toString());
      }
      rows.add(row);
    }
    Table.lines(columns, rows).forEach(terminal.out()::println);
  }

  static Set<GroupState> states(@org.jspecify.annotations.Nullable String list) {
    if (list == null || list.isEmpty()) {
      return Set.of();
    }
    Set<GroupState> known = GroupState.groupStatesForType(GroupType.CONSUMER);
    Set<GroupState> states =
        Arrays.stream(list.split(",", 0))
            .map(word -> GroupState.parse(word.strip()))
            .collect(Collectors.toSet());
    if (!known.containsAll(states)) {
      throw new IllegalArgumentException(
          "Invalid state list '" + list + "'. Valid states are: " + joined(known));
    }
    return states;
  }

  static Set<GroupType> types(@org.jspecify.annotations.Nullable String list) {
    if (list == null || list.isEmpty()) {
      return Set.of();
    }
    Set<GroupType> known = Set.of(GroupType.CLASSIC, GroupType.CONSUMER);
    Set<GroupType> types =
        Arrays.stream(list.toLowerCase(Locale.ROOT).split(",", 0))
            .map(word -> GroupType.parse(word.strip()))
            .collect(Collectors.toSet());
    if (!known.containsAll(types)) {
      throw new IllegalArgumentException(
          "Invalid types list '" + list + "'. Valid types are: " + joined(known));
    }
    return types;
  }

  private static String joined(Set<?> values) {
    return values.stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
  }

  private static List<GroupListing> listings(
      Admin admin, ConsumerGroupsOptions options, Set<GroupType> types, Set<GroupState> states)
      throws ExecutionException, InterruptedException {
    ListGroupsOptions request = options.withTimeout(ListGroupsOptions.forConsumerGroups());
    if (!states.isEmpty()) {
      request.inGroupStates(states);
    }
    if (!types.isEmpty()) {
      request.withTypes(types);
    }
    var listings = new ArrayList<>(admin.listGroups(request).all().get());
    listings.sort(Comparator.comparing(GroupListing::groupId));
    return listings;
  }

  private static void delete(Admin admin, ConsumerGroupsOptions options, Terminal terminal)
      throws ExecutionException, InterruptedException {
    Map<String, KafkaFuture<Void>> results =
        new TreeMap<>(
            admin
                .deleteConsumerGroups(
                    groups(admin, options), options.withTimeout(new DeleteConsumerGroupsOptions()))
                .deletedGroups());
    var deleted = new ArrayList<String>();
    var failed = new TreeMap<String, Throwable>();
    for (Map.Entry<String, KafkaFuture<Void>> result : results.entrySet()) {
      try {
        result.getValue().get();
        deleted.add("'" + result.getKey() + "'");
      } catch (ExecutionException e) {
        failed.put(result.getKey(), Failures.reason(e));
      }
    }
    String names = String.join(", ", deleted);
    if (failed.isEmpty()) {
      terminal
          .out()
          .println("Deletion of requested consumer groups (" + names + ") was successful.");
      return;
    }
    printError("Deletion of some consumer groups failed:", terminal);
    failed.forEach((group, reason) ->
        terminal.out().println("* Group '" + group + "' could not be deleted due to: " + reason));
    if (!deleted.isEmpty()) {
      terminal.out().println("\nThese consumer groups were deleted successfully: " + names);
    }
  }
}
