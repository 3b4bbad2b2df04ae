/** An ensemble that runs on simulated time and fails on demand, for whole-cluster simulation. */
@NullMarked
package org.stoker.metadata.simulated;

import org.jspecify.annotations.NullMarked;
