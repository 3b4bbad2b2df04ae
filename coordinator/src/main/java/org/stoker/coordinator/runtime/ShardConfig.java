package org.stoker.coordinator.runtime;

import org.stoker.records.Compression;

/**
 * How a shard appends its records.
 *
 * @param appendTimeoutMs after it a reply no longer waits for its append
 * @param compression of the batches
 */
public record ShardConfig(int appendTimeoutMs, Compression compression) {}
