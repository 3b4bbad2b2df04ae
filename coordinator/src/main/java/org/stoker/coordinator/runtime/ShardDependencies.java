package org.stoker.coordinator.runtime;

import java.util.function.Supplier;
import org.stoker.base.Clock;
import org.stoker.base.Timers;
import org.stoker.metadata.ClusterImage;

/** What the shards of all coordinators share. */
public record ShardDependencies(
    ShardLog log, Clock clock, Timers timers, Supplier<ClusterImage> image, TopicMaker topics) {}
