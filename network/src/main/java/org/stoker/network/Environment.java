package org.stoker.network;

import java.util.concurrent.Executor;
import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;

/**
 * What all connections of a network share.
 *
 * @param memory for what clients and other brokers ask of this one
 * @param peerMemory for what other brokers answer: not to be used up by clients
 * @param requestHeap for what requests take once they are decoded
 * @param answers for what is built as answers, until it is sent
 * @param largeRequests runs what would hold an event loop up, a few at a time
 */
record Environment(
    NetworkConfig config,
    Clock clock,
    NetworkMetrics metrics,
    RequestMemory memory,
    RequestMemory peerMemory,
    HeapBudget requestHeap,
    AnswerMemory answers,
    Executor largeRequests,
    BoundedLog clientLog) {}
