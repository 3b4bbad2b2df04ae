package org.stoker.log;

import java.util.concurrent.Executor;
import java.util.function.Function;
import org.stoker.base.Clock;
import org.stoker.base.Disk;
import org.stoker.base.Lane;
import org.stoker.base.Seed;
import org.stoker.base.Timers;
import org.stoker.base.TopicPartition;

/**
 * The world that log directories live in.
 *
 * @param storage runs what may wait for the disk: opening, rolling, deleting, chores
 * @param seed may be used by any thread
 * @param lanes makes the lane of a partition that is opened or created
 * @param producerMemory of all directories of a broker together
 */
public record LogEnvironment(
    Disk disk,
    Clock clock,
    Timers timers,
    Seed seed,
    Executor storage,
    Function<TopicPartition, Lane> lanes,
    ProducerMemory producerMemory) {}
