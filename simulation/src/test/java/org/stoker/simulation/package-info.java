/** Tests of whole clusters on one thread. */
@NullMarked
package org.stoker.simulation;

import org.jspecify.annotations.NullMarked;
