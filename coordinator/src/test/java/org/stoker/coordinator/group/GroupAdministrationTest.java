package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stoker.coordinator.runtime.Shards;
import org.stoker.protocol.ErrorCode;

/** What operators ask: list, describe, delete. */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class GroupAdministrationTest {
  private final GroupRig rig = new GroupRig();

  @Test
  void groupsAreListedWithTheirStateAndKind() {
    rig.stableGroup(1);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));

    assertThat(list(Set.of(), Set.of()))
        .containsExactly(
            new GroupListing(GroupRig.GROUP, "consumer", "Stable", "classic"),
            new GroupListing("lone", "", "Empty", "classic"));
  }

  @Test
  void listingsAreFilteredByStateAndByKindInAnyCase() {
    rig.stableGroup(1);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));

    assertThat(list(Set.of("stable"), Set.of()))
        .extracting(GroupListing::groupId)
        .containsExactly(GroupRig.GROUP);
    assertThat(list(Set.of("EMPTY", "Dead"), Set.of("Classic")))
        .extracting(GroupListing::groupId)
        .containsExactly("lone");
    assertThat(list(Set.of(), Set.of("consumer"))).isEmpty();
    assertThat(list(Set.of("NoSuchState"), Set.of())).isEmpty();
  }

  private List<GroupListing> list(Set<String> states, Set<String> types) {
    return rig.groups.listGroups(states, types, _ -> true).join().groups();
  }

  @Test
  void aStableGroupIsDescribedWithItsProtocolAndEverybodysShare() {
    String member = rig.stableGroup(1).get(0);

    GroupDescription described = rig.described();

    assertThat(described.protocolType()).isEqualTo("consumer");
    assertThat(described.protocolName()).isEqualTo("range");
    assertThat(described.members())
        .containsExactly(
            new GroupDescription.Member(
                member,
                null,
                new ClientIdentity("client", "/10.0.0.7"),
                OracleSubscription.bytes(List.of("orders")),
                GroupRig.assignmentOf(member)));
  }

  @Test
  void aGroupThatDoesNotExistIsDead() {
    assertThat(rig.groups.describeGroup("nobody", false, _ -> true).join().state())
        .isEqualTo("Dead");
    assertThat(rig.groups.describeGroup("nobody", false, _ -> true).join().error())
        .isEqualTo(ErrorCode.NONE);
    assertThat(rig.groups.describeGroup("nobody", true, _ -> true).join().error())
        .isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
  }

  @Test
  void onlyEmptyGroupsAreDeletedAndTheirOffsetsWithThem() {
    rig.stableGroup(1);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));

    Map<String, ErrorCode> outcomes =
        rig.groups.deleteGroups(List.of("lone", GroupRig.GROUP, "nobody", "lone")).join();

    assertThat(outcomes)
        .containsExactly(
            Map.entry("lone", ErrorCode.NONE),
            Map.entry(GroupRig.GROUP, ErrorCode.NON_EMPTY_GROUP),
            Map.entry("nobody", ErrorCode.GROUP_ID_NOT_FOUND));
    rig.reload();
    assertThat(rig.committed("lone")).isEqualTo(-1);
    assertThat(list(Set.of(), Set.of()))
        .extracting(GroupListing::groupId)
        .containsExactly(GroupRig.GROUP);
  }

  @Test
  void aDeletionThatCannotBeStoredLeavesTheGroupAsItWas() {
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));
    rig.log.holdAppends(true);

    CompletableFuture<Map<String, ErrorCode>> outcomes = rig.groups.deleteGroups(List.of("lone"));
    assertThat(outcomes).isNotDone();
    assertThat(rig.committed("lone")).as("not gone before that is stored").isEqualTo(7);
    rig.log.settleAll(ErrorCode.NOT_ENOUGH_REPLICAS);

    assertThat(outcomes.join()).containsEntry("lone", ErrorCode.COORDINATOR_NOT_AVAILABLE);
    assertThat(rig.committed("lone")).isEqualTo(7);
    assertThat(list(Set.of(), Set.of())).hasSize(1);
  }

  @Test
  void aDeletionTakesCommitsAlongThatAreOnTheirWay() {
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));
    rig.log.holdAppends(true);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 8));

    rig.groups.deleteGroups(List.of("lone"));
    rig.log.settleAll(ErrorCode.NONE);

    assertThat(rig.committed("lone")).isEqualTo(-1);
    assertThat(list(Set.of(), Set.of())).isEmpty();
  }

  @Test
  void aCommitAfterADeletionThatIsOnItsWayMakesANewGroup() {
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));
    rig.log.holdAppends(true);
    rig.groups.deleteGroups(List.of("lone"));

    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 9));
    rig.log.settleAll(ErrorCode.NONE);

    assertThat(rig.committed("lone")).isEqualTo(9);
    rig.reload();
    assertThat(rig.committed("lone")).isEqualTo(9);
    assertThat(list(Set.of(), Set.of())).hasSize(1);
  }

  @Test
  void groupsAreSpreadOverPartitionsByKafkasHash() {
    for (String groupId : List.of("my-group", "another", "", "console-consumer-1")) {
      assertThat(Shards.partitionFor(groupId, 50))
          .isEqualTo(org.apache.kafka.common.utils.Utils.abs(groupId.hashCode()) % 50);
    }
    String smallestHash = "polygenelubricants";
    assertThat(smallestHash.hashCode()).isEqualTo(Integer.MIN_VALUE);
    assertThat(Shards.partitionFor(smallestHash, 50))
        .isEqualTo(org.apache.kafka.common.utils.Utils.abs(smallestHash.hashCode()) % 50);
  }
}
