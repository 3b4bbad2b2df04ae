package org.stoker.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.stoker.base.ConfinedTo;

/** The faults of a simulated disk that have not happened yet. */
@ConfinedTo("the monitor of the SimulatedDisk")
final class ArmedFaults {
  private final List<Armed> faults = new ArrayList<>();

  private static final class Armed {
    final DiskFault fault;
    int callsLeft;

    Armed(DiskFault fault) {
      this.fault = fault;
      this.callsLeft = fault.nth();
    }
  }

  void arm(DiskFault fault) {
    faults.add(new Armed(fault));
  }

  boolean isArmed() {
    return !faults.isEmpty();
  }

  void disarm() {
    faults.clear();
  }

  /** Counts the call; whether a fault happens to it, which is then done with. */
  boolean happens(DiskFault.Kind kind, Path path) {
    boolean happens = false;
    for (var each = faults.iterator(); each.hasNext(); ) {
      Armed armed = each.next();
      if (armed.fault.kind() == kind && armed.fault.paths().test(path) && --armed.callsLeft == 0) {
        each.remove();
        happens = true;
      }
    }
    return happens;
  }
}
