package org.stoker.coordinator.group;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/** Which protocols the members of a group support, and how much they say in each. */
@ConfinedTo(ConfinedTo.CALLER)
final class CommonProtocols {
  private final Map<String, Integer> supportersByName = new HashMap<>();
  // The metadata of all members for each protocol.
  private final Map<String, Long> metadataBytesByName = new HashMap<>();

  void add(ClassicGroupMember member) {
    count(member, 1);
  }

  void remove(ClassicGroupMember member) {
    count(member, -1);
  }

  private void count(ClassicGroupMember member, int change) {
    for (GroupProtocol protocol : member.protocols()) {
      // Names come from outside: one that no member supports any more is forgotten.
      supportersByName.merge(
          protocol.name(), change, (count, by) -> count + by == 0 ? null : count + by);
      int sizeBytes = protocol.metadata().size();
      if (sizeBytes > 0) {
        metadataBytesByName.merge(
            protocol.name(),
            (long) change * sizeBytes,
            (sum, by) -> sum + by == 0 ? null : sum + by);
      }
    }
  }

  /** Whether all members support one of these. */
  boolean haveOneOf(List<GroupProtocol> protocols, int memberCount) {
    return protocols.stream()
        .anyMatch(protocol -> supportersByName.getOrDefault(protocol.name(), 0) == memberCount);
  }

  /**
   * The protocol that most members like best among those that all of them support.
   *
   * @param members at least one
   */
  String select(Collection<ClassicGroupMember> members) {
    Set<String> candidates =
        supportersByName.entrySet().stream()
            .filter(entry -> entry.getValue() == members.size())
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    var votes = new HashMap<String, Integer>();
    for (ClassicGroupMember member : members) {
      votes.merge(member.vote(candidates), 1, Integer::sum);
    }
    return votes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .orElseThrow(() -> new IllegalStateException("a group without members has no protocol"))
        .getKey();
  }

  /**
   * Whether there is one of these in which all members, and this one with what it brings now, say
   * no more than so many bytes.
   *
   * @param before the member as it is, null for one that is not counted yet
   */
  boolean fit(List<GroupProtocol> protocols, @Nullable ClassicGroupMember before, long maxBytes) {
    for (GroupProtocol protocol : protocols) {
      long bytes =
          metadataBytesByName.getOrDefault(protocol.name(), 0L)
              + protocol.metadata().size()
              - (before == null ? 0 : before.metadataSize(protocol.name()));
      if (bytes <= maxBytes) {
        return true;
      }
    }
    return protocols.isEmpty();
  }
}
