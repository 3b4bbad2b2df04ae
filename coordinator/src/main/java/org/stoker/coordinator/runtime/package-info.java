/** Replicated state machines over internal topics, whatever they are about. */
@NullMarked
package org.stoker.coordinator.runtime;

import org.jspecify.annotations.NullMarked;
