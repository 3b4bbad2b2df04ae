package org.stoker.network;

import org.stoker.base.Clock;

/**
 * What all connections of a network share.
 *
 * @param memory for what clients and other brokers ask of this one
 * @param peerMemory for what other brokers answer: not to be used up by clients
 */
record Environment(
    NetworkConfig config,
    Clock clock,
    NetworkMetrics metrics,
    RequestMemory memory,
    RequestMemory peerMemory,
    BoundedLog clientLog) {}
