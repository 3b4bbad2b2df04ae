package org.stoker.broker;

import java.util.concurrent.Executor;
import java.util.function.Function;
import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;
import org.stoker.base.Lane;
import org.stoker.base.Seed;
import org.stoker.base.Timers;

/**
 * What a broker runs on, but for its directories and listeners: a machine, or a simulation of one.
 *
 * @param appends runs what an append waits for: rolled segments, and lanes whose caller must go on
 * @param reads runs reads that may wait for the disk
 * @param checks runs what takes a processor for long: compressed batches, large requests
 * @param chores runs what nobody's request waits for: opening, deleting, checkpoints, retention
 * @param inOrder runs the replica keeper's tasks
 * @param lanes makes the lane of this name
 * @param heapBytes bounds what clients can make the broker keep
 * @param inFlight bounds what requests take of the heap while they are decoded and answered
 * @param peers the way to other brokers
 */
public record BrokerWorld(
    Clock clock,
    Seed seed,
    Timers timers,
    Executor appends,
    Executor reads,
    Executor checks,
    Executor chores,
    Executor inOrder,
    Function<String, Lane> lanes,
    long heapBytes,
    HeapBudget inFlight,
    PeerNetwork peers) {}
