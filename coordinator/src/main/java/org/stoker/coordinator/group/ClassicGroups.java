package org.stoker.coordinator.group;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.MemoryShare;
import org.stoker.coordinator.runtime.ReplicatedFacts;
import org.stoker.coordinator.runtime.Shard;

/**
 * The groups of a shard: those that the facts know, and those that have an object here, since they
 * have members, or had some since this broker began to lead.
 */
@ConfinedTo(Shard.SHARD_LANE)
final class ClassicGroups {
  private final ReplicatedFacts<GroupFacts, GroupRecord> facts;
  private final MemoryShare membersShare;
  private final Map<String, ClassicGroup> kept = new HashMap<>();

  ClassicGroups(ReplicatedFacts<GroupFacts, GroupRecord> facts, MemoryShare membersShare) {
    this.facts = facts;
    this.membersShare = membersShare;
  }

  /** Sorted. */
  Set<String> ids() {
    Set<String> ids = new TreeSet<>(facts.latest().groupIds());
    for (ClassicGroup group : kept.values()) {
      if (isThere(group)) {
        ids.add(group.groupId());
      }
    }
    return ids;
  }

  /** Those that have an object here, sorted by their names. */
  List<ClassicGroup> kept() {
    return kept.values().stream().sorted(Comparator.comparing(ClassicGroup::groupId)).toList();
  }

  boolean isKept(String groupId) {
    return kept.containsKey(groupId);
  }

  /** A group that is not kept is told of, but must not change. */
  @Nullable ClassicGroup find(String groupId) {
    ClassicGroup group = kept.get(groupId);
    if (group != null) {
      return isThere(group) ? group : null;
    }
    KnownGroup known = facts.latest().group(groupId);
    return known == null ? null : ClassicGroup.known(groupId, known, membersShare);
  }

  ClassicGroup get(String groupId) {
    ClassicGroup group = find(groupId);
    if (group == null) {
      throw new IllegalStateException("there is no group " + groupId);
    }
    return group;
  }

  /** Not while its removal is on its way, so that nobody joins it; if that is lost, it is back. */
  private boolean isThere(ClassicGroup group) {
    return group.memberCount() > 0 || group.isOnlyHere() || facts.latest().knows(group.groupId());
  }

  void keep(ClassicGroup group) {
    ClassicGroup before = kept.put(group.groupId(), group);
    if (before != group) {
      if (before != null) {
        giveBack(before);
      }
      facts.memory().change(bytesOf(group.groupId()));
    }
  }

  void forget(String groupId) {
    ClassicGroup group = kept.remove(groupId);
    if (group != null) {
      giveBack(group);
    }
  }

  /** A record of the group was stored or lost. */
  void forgetUnlessThere(String groupId) {
    ClassicGroup group = kept.get(groupId);
    if (group != null && !isThere(group)) {
      forget(groupId);
    }
  }

  private void giveBack(ClassicGroup group) {
    group.forget();
    facts.memory().change(-bytesOf(group.groupId()));
  }

  private static long bytesOf(String groupId) {
    return HeapBytes.CLASSIC_GROUP + HeapBytes.of(groupId);
  }

  /** What a group takes here and in the facts. */
  static long bytesOfNew(String groupId) {
    return bytesOf(groupId) + HeapBytes.ofKnownGroup(groupId);
  }
}
