package org.stoker.log;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;

/**
 * What was found in a partition's directory, or put into a new one.
 *
 * @param topicId null if the directory does not say
 * @param segments by base offset, at least one
 * @param syncedEntryChanges 0 for a new directory, whose entries no flush has made durable yet; 1
 *     for one that was found
 */
record LogContents(
    @Nullable Uuid topicId,
    List<Segment> segments,
    long logStartOffset,
    long logEndOffset,
    ProducerStates producers,
    LeaderEpochs leaderEpochs,
    long syncedEntryChanges) {}
