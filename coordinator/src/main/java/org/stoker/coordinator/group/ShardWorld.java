package org.stoker.coordinator.group;

import org.stoker.base.Clock;
import org.stoker.base.Seed;
import org.stoker.base.Timers;
import org.stoker.coordinator.runtime.ShardLog;

/** What all shards share: the log, time, randomness, and how much they may keep. */
public record ShardWorld(ShardLog log, Clock clock, Timers timers, Seed seed, GroupMemory memory) {}
