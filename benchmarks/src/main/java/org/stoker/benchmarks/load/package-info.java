/**
 * The load driver: a JVM of its own, on the official client, that does one job and says what it
 * saw.
 */
@NullMarked
package org.stoker.benchmarks.load;

import org.jspecify.annotations.NullMarked;
