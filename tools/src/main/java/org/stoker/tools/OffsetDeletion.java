package org.stoker.tools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DeleteConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.DeleteConsumerGroupOffsetsResult;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.stoker.tools.Table.Column;

/** {@code consumer-groups --delete-offsets}: makes a group forget where it was in topics. */
final class OffsetDeletion {
  // Stands for a topic whose partitions are not known, because it does not exist.
  private static final int ALL_PARTITIONS = -1;

  private final Admin admin;
  private final ConsumerGroupsOptions options;
  private final Terminal terminal;
  private final GroupOffsets offsets;
  private final Map<TopicPartition, String> outcomes = new TreeMap<>(PartitionOrder.BY_TOPIC);

  OffsetDeletion(Admin admin, ConsumerGroupsOptions options, Terminal terminal) {
    this.admin = admin;
    this.options = options;
    this.terminal = terminal;
    this.offsets = new GroupOffsets(admin, options);
  }

  void run() throws InterruptedException {
    String group = options.parsed().value(ConsumerGroupsOptions.GROUP);
    Set<TopicPartition> partitions = partitions();
    DeleteConsumerGroupOffsetsResult result =
        admin.deleteConsumerGroupOffsets(
            group, partitions, options.withTimeout(new DeleteConsumerGroupOffsetsOptions()));
    Optional<Throwable> failure = failure(result.all());
    for (TopicPartition partition : partitions) {
      outcomes.put(
          partition,
          failure(result.partitionResult(partition))
              .map(reason -> "Error: " + reason)
              .orElse("Successful"));
    }
    announce(group, failure.map(Errors::forException).orElse(Errors.NONE));
    print();
  }

  private Set<TopicPartition> partitions() throws InterruptedException {
    var partitions = new HashSet<TopicPartition>();
    for (String argument : options.parsed().values(ConsumerGroupsOptions.TOPIC)) {
      if (argument.contains(":")) {
        partitions.addAll(GroupOffsets.parsePartitions(argument));
        continue;
      }
      try {
        partitions.addAll(offsets.partitionsOf(List.of(argument)));
      } catch (ExecutionException e) {
        outcomes.put(new TopicPartition(argument, ALL_PARTITIONS), "Error: " + Failures.reason(e));
      }
    }
    return partitions;
  }

  private static Optional<Throwable> failure(KafkaFuture<Void> future) throws InterruptedException {
    try {
      future.get();
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.of(Failures.reason(e));
    }
  }

  private void announce(String group, Errors error) {
    switch (error) {
      case NONE ->
          terminal
              .out()
              .println("Request succeeded for deleting offsets from group " + group + ".");
      case INVALID_GROUP_ID, GROUP_ID_NOT_FOUND, GROUP_AUTHORIZATION_FAILED, NON_EMPTY_GROUP ->
          ConsumerGroupsCommand.printError(error.message(), terminal);
      case GROUP_SUBSCRIBED_TO_TOPIC, TOPIC_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_OR_PARTITION ->
          ConsumerGroupsCommand.printError(
              "Encountered some partition-level error, see the follow-up details.", terminal);
      default ->
          ConsumerGroupsCommand.printError("Encountered some unknown error: " + error, terminal);
    }
  }

  private void print() {
    List<List<String>> rows = new ArrayList<>();
    outcomes.forEach((partition, outcome) ->
        rows.add(
            List.of(
                partition.topic(),
                partition.partition() == ALL_PARTITIONS
                    ? "-"
                    : Integer.toString(partition.partition()),
                outcome)));
    terminal.out().println();
    Table.lines(
            List.of(
                Column.growing("TOPIC", 15),
                Column.fixed("PARTITION", 10),
                Column.fixed("STATUS", 15)),
            rows)
        .forEach(terminal.out()::println);
  }
}
