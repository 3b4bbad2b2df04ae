/** Whole clusters on one thread from a seed, judged. */
@NullMarked
package org.stoker.simulation;

import org.jspecify.annotations.NullMarked;
