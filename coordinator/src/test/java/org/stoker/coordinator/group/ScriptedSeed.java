package org.stoker.coordinator.group;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import org.stoker.base.Seed;
import org.stoker.testkit.SplitMixSeed;

/** Draws what a test has put in, so that a member gets the id that Kafka gave it. */
final class ScriptedSeed implements Seed {
  private final Deque<Long> next = new ArrayDeque<>();
  private final Seed rest = new SplitMixSeed(1);

  void nextUuid(UUID uuid) {
    next.add(uuid.getMostSignificantBits());
    next.add(uuid.getLeastSignificantBits());
  }

  boolean isUsedUp() {
    return next.isEmpty();
  }

  @Override
  public long nextLong() {
    return next.isEmpty() ? rest.nextLong() : next.remove();
  }

  @Override
  public int nextInt(int bound) {
    return rest.nextInt(bound);
  }
}
