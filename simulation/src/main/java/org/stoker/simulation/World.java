package org.stoker.simulation;

import org.stoker.metadata.simulated.SimulatedEnsemble;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/** What everybody in a run shares. */
record World(
    SimulatedClock clock,
    SplitMixSeed seed,
    Scheduler scheduler,
    SimulatedNetwork network,
    SimulatedEnsemble ensemble,
    Trace trace,
    Counters counters,
    History history) {
  SimulatedProcess process(String name) {
    return new SimulatedProcess(name, scheduler, clock, seed.fork(), trace);
  }
}
