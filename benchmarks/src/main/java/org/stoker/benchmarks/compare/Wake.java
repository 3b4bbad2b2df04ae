package org.stoker.benchmarks.compare;

/**
 * A broker's start, seen by a client that was there before it.
 *
 * @param firstS from the start of the process to the first acknowledged record
 * @param allS to a record acknowledged in every partition
 * @param cpuS what the broker used until the first
 */
record Wake(RunningBroker broker, double firstS, double allS, double cpuS) {}
