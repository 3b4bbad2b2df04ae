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
 * @param storage runs what waits for the disk: opening, rolling, deleting, chores
 * @param workers run what would hold an event loop up: checks of big batches, reads of cold data
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
    Executor storage,
    Executor workers,
    Executor inOrder,
    Function<String, Lane> lanes,
    long heapBytes,
    HeapBudget inFlight,
    PeerNetwork peers) {}
