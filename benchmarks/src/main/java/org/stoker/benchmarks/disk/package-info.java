/** What a disk takes for what a log asks of it. */
@NullMarked
package org.stoker.benchmarks.disk;

import org.jspecify.annotations.NullMarked;
