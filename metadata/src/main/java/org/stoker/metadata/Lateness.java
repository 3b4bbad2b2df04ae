package org.stoker.metadata;

import java.util.HashMap;
import java.util.Map;
import org.stoker.base.ConfinedTo;

/**
 * How late a controller and the brokers that it hears were lately. A machine that starves makes all
 * of its processes late; a process that has died makes no other one late.
 */
@ConfinedTo(MetadataLane.OWNER)
final class Lateness {
  private final long rememberedNs;
  private final Map<Integer, Late> worst = new HashMap<>();

  private record Late(long latenessNs, long atNs) {}

  /**
   * @param rememberedNs for how long lateness tells something
   */
  Lateness(long rememberedNs) {
    this.rememberedNs = rememberedNs;
  }

  /** A process did so much later than it was to what it does regularly. */
  void was(int process, long latenessNs, long nowNs) {
    if (latenessNs > of(process, nowNs)) {
      worst.put(process, new Late(latenessNs, nowNs));
    }
  }

  private long of(int process, long nowNs) {
    Late known = worst.get(process);
    return known == null || nowNs - known.atNs() > rememberedNs ? 0 : known.latenessNs();
  }

  /**
   * How late this process may well be: as late as it was itself, or as two others were. One alone
   * says nothing of the others.
   */
  long expectedOf(int process, long nowNs) {
    long greatest = 0;
    long second = 0;
    for (int each : worst.keySet()) {
      long lateness = of(each, nowNs);
      second = Math.max(second, Math.min(greatest, lateness));
      greatest = Math.max(greatest, lateness);
    }
    return Math.max(of(process, nowNs), second);
  }
}
