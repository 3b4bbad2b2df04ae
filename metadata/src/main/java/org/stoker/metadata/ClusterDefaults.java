package org.stoker.metadata;

/**
 * What a topic gets when its creator leaves it open: num.partitions, default.replication.factor.
 */
public record ClusterDefaults(int partitions, int replicationFactor) {}
