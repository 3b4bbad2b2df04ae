package org.stoker.coordinator.group;

import java.util.Locale;

/**
 * Where a classic group is in its life.
 *
 * <pre>
 *            join                    all joined, or time is up
 *   Empty ─────────▶ PreparingRebalance ─────────▶ CompletingRebalance
 *     ▲                │          ▲  ▲   join, leave, death  │  │
 *     └────────────────┘          │  └───────────────────────┘  │ the leader's assignment is stored
 *       nobody is left            └───────── Stable ◀───────────┘
 *                                   join, leave, death
 * </pre>
 *
 * Every state leads to Dead: the group's partition is led by another broker now.
 */
enum ClassicGroupState {
  EMPTY("Empty"),
  PREPARING_REBALANCE("PreparingRebalance"),
  COMPLETING_REBALANCE("CompletingRebalance"),
  STABLE("Stable"),
  DEAD("Dead");

  private final String shownAs;

  ClassicGroupState(String shownAs) {
    this.shownAs = shownAs;
  }

  /** As ListGroups and DescribeGroups write it. */
  String shownAs() {
    return shownAs;
  }

  /** How a filter of ListGroups may name it: in any case. */
  boolean isNamed(String name) {
    return shownAs.toLowerCase(Locale.ROOT).equals(name.strip().toLowerCase(Locale.ROOT));
  }

  boolean canFollow(ClassicGroupState before) {
    return switch (this) {
      case EMPTY, COMPLETING_REBALANCE -> before == PREPARING_REBALANCE;
      case PREPARING_REBALANCE ->
          before == STABLE || before == COMPLETING_REBALANCE || before == EMPTY;
      case STABLE -> before == COMPLETING_REBALANCE;
      case DEAD -> true;
    };
  }
}
