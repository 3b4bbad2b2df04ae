package org.stoker.metadata;

import org.stoker.base.Clock;
import org.stoker.base.Lane;
import org.stoker.base.Seed;
import org.stoker.base.Timers;

/**
 * What this room needs of the machine, or of a simulation.
 *
 * @param lane where everything of this room happens; nothing else may wait behind it
 */
public record MetadataWorld(Lane lane, Timers timers, Clock clock, Seed seed) {}
