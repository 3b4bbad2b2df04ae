/** The simulated world, tested by itself. */
@NullMarked
package org.stoker.testkit;

import org.jspecify.annotations.NullMarked;
