package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with its default heap, and clients that want it to keep more than that. */
final class GroupFloodIT {
  private static final int GROUPS = 40_000;

  private final int port = UnusedPort.any();
  private final GroupFlood flood = new GroupFlood(port);

  @TempDir private Path data;

  private BrokerProcess start() throws IOException {
    return BrokerProcess.start(
        data, port, "group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=4");
  }

  @Test
  void aFloodOfMembersAndOffsetsNeitherEndsABrokerNorKeepsItFromStarting() throws Exception {
    int oldGroups;
    try (BrokerProcess broker = start()) {
      GroupFlood.prepare(broker.awaitReady());
      try (var bystander = new RawConnection(port)) {
        bystander.ask(
            FindCoordinatorResponse.class,
            ApiKeys.FIND_COORDINATOR,
            (short) 4,
            new FindCoordinatorRequestData().setCoordinatorKeys(List.of("bystander")));
        assertThat(GroupFlood.commit(bystander, "bystander", 1)).isEqualTo(Errors.NONE);

        int members = flood.members();
        assertThat(members).isBetween(1, GroupFlood.MEMBERS - 1);
        assertThat(GroupFlood.commit(bystander, "bystander", 2)).isEqualTo(Errors.NONE);

        oldGroups = flood.offsets(GROUPS, GroupFlood.NOTE);
        assertThat(oldGroups).isBetween(1_000, GROUPS);
        assertThat(GroupFlood.commit(bystander, "bystander", 3)).isEqualTo(Errors.NONE);
      }
      assertThat(broker.isAlive()).isTrue();
      broker.kill();
    }

    try (BrokerProcess broker = start()) {
      broker.awaitReady();
      try (var bystander = new RawConnection(port)) {
        GroupFlood.awaitLoaded(bystander, "bystander", "flood-0", "small");
        assertThat(GroupFlood.commit(bystander, "bystander", 4)).isEqualTo(Errors.NONE);
        assertThat(GroupFlood.fetched(bystander, "bystander").committedOffset()).isEqualTo(4);
        assertThat(GroupFlood.fetched(bystander, "flood-0").metadata()).isEqualTo(GroupFlood.NOTE);
        assertThat(GroupFlood.commit(bystander, "flood-0", 9)).isEqualTo(Errors.NONE);
        assertThat(GroupFlood.join(bystander, "small", 10).error()).isEqualTo(Errors.NONE);
      }
      assertThat(broker.isAlive()).isTrue();
    }
  }
}
