package org.stoker.simulation;

import java.util.Map;
import java.util.TreeMap;
import org.stoker.base.ConfinedTo;

/** What a group's members were told: offsets never go back, and no past generation commits. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class GroupHistory {
  private final History history;
  private final Map<Integer, Long> committed = new TreeMap<>();
  private long newestGeneration = -1;

  GroupHistory(History history) {
    this.history = history;
  }

  /** The newest generation of which a commit was acknowledged until now. */
  long newestGeneration() {
    return newestGeneration;
  }

  /** What was acknowledged until now; whoever asks from now on must be told that much. */
  Map<Integer, Long> committedSoFar() {
    return new TreeMap<>(committed);
  }

  /**
   * A member was told that its commit holds.
   *
   * @param newestWhenAsked the newest generation that had committed when this was asked
   */
  void committed(String member, int generation, Map<Integer, Long> offsets, long newestWhenAsked) {
    if (generation < newestWhenAsked) {
      history.violation(
          "%s committed in generation %d after generation %d had"
              .formatted(member, generation, newestWhenAsked));
    }
    newestGeneration = Math.max(newestGeneration, generation);
    offsets.forEach((index, offset) -> committed.merge(index, offset, Math::max));
  }

  /**
   * A member was told where to begin. What it was told holds from then on, even if whoever
   * committed it never heard that it was stored.
   */
  void fetched(int index, long offset, Map<Integer, Long> atLeast) {
    long known = atLeast.getOrDefault(index, 0L);
    if (offset < known) {
      history.violation(
          "the group's offset of partition %d is %d, and %d was committed before"
              .formatted(index, offset, known));
    }
    committed.merge(index, offset, Math::max);
  }

  /** Whether everything up to these ends was committed. */
  boolean hasReached(int index, long end) {
    return committed.getOrDefault(index, 0L) >= end;
  }

  @Override
  public String toString() {
    return "generation " + newestGeneration + " committed " + committed;
  }
}
