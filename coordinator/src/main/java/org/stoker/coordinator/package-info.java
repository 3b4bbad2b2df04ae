/** Replicated state machines over internal topics. */
@NullMarked
package org.stoker.coordinator;

import org.jspecify.annotations.NullMarked;
