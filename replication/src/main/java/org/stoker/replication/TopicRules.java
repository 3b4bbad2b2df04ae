package org.stoker.replication;

import org.stoker.log.LogConfig;
import org.stoker.records.ProduceRules;

/**
 * A topic's configuration, as far as a partition obeys it.
 *
 * @param throttledLeaders replicas that are throttled where this broker leads
 * @param throttledFollowers replicas that are throttled where this broker follows
 */
public record TopicRules(
    LogConfig log,
    ProduceRules produce,
    int minInsyncReplicas,
    ThrottledReplicas throttledLeaders,
    ThrottledReplicas throttledFollowers) {}
