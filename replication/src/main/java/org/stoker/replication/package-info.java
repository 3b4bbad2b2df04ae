/** Keeps a partition's copies in step. */
@NullMarked
package org.stoker.replication;

import org.jspecify.annotations.NullMarked;
