package org.stoker.network;

import org.stoker.base.Clock;

/** What all connections of a network share. */
record Environment(
    NetworkConfig config,
    Clock clock,
    NetworkMetrics metrics,
    RequestMemory memory,
    BoundedLog clientLog) {}
