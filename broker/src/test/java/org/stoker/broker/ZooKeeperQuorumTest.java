package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoker.broker.ZooKeeperQuorum.Member;

/** What {@code zookeeper.embedded.quorum} says, and who this broker is in it. */
final class ZooKeeperQuorumTest {
  private static ZooKeeperQuorum of(String... entries) {
    return ZooKeeperQuorum.parse(List.of(entries), null);
  }

  @Test
  void portsThatAreNotNamedAreZooKeepersOwn() {
    assertThat(of("a", "b:1", "c:1:2", "d", "[::1]:1:2:3").voters())
        .containsExactly(
            new Member("a", 2888, 3888, 2181),
            new Member("b", 1, 3888, 2181),
            new Member("c", 1, 2, 2181),
            new Member("d", 2888, 3888, 2181),
            new Member("::1", 1, 2, 3));
  }

  @Test
  void anEvenNumberLeavesTheLastWithoutAVote() {
    assertThat(of("a", "b", "c", "d").voters()).hasSize(3);
    assertThat(of("a", "b", "c", "d", "e", "f").voters()).hasSize(5);
  }

  @Test
  void brokersConnectToTheClientPortsOfAllVoters() {
    assertThat(of("a", "b:1:2:3", "[::1]:4:5:6").connectString()).isEqualTo("a:2181,b:3,[::1]:6");
  }

  @Test
  void theEntryOfThisMachineIsItsOwn() throws StartException {
    assertThat(of("a", "b", "c").ownId("b"::equals)).isEqualTo(2);
    assertThat(of("a", "b", "c").ownId("x"::equals)).isZero();
    assertThat(ZooKeeperQuorum.parse(List.of("a", "b", "c"), 3).ownId("b"::equals)).isEqualTo(3);
  }

  @Test
  void severalEntriesOfThisMachineNeedAnId() {
    assertThatThrownBy(() -> of("a:1:2:3", "a:4:5:6", "c").ownId("a"::equals))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "zookeeper.embedded.quorum lists 2 servers of this machine (1 is a:1:2:3, 2 is"
                + " a:4:5:6): say with zookeeper.embedded.id which of them this broker runs, or 0"
                + " for none");
  }

  @Test
  void whatIsWrongIsSaid() {
    assertThatThrownBy(() -> of("a", "b")).hasMessageContaining("at least three");
    assertThatThrownBy(() -> of("a", "b", "c:x")).hasMessage("c:x has a port that is none: x");
    assertThatThrownBy(() -> of("a", "b", "c:1:2:3:4")).hasMessageContaining("c:1:2:3:4 is not");
    assertThatThrownBy(() -> of("a", "b", "b")).hasMessage("b:2888 is named twice");
    assertThatThrownBy(() -> ZooKeeperQuorum.parse(List.of("a", "b", "c"), 4))
        .hasMessageContaining("zookeeper.embedded.id=4 is no place");
  }
}
