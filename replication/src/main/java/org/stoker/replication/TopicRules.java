package org.stoker.replication;

import org.stoker.log.LogConfig;
import org.stoker.records.ProduceRules;

/** A topic's configuration, as far as a partition obeys it. */
public record TopicRules(LogConfig log, ProduceRules produce, int minInsyncReplicas) {}
