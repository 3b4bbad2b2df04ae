/** A simulated world for any room's tests. */
@NullMarked
package org.stoker.testkit;

import org.jspecify.annotations.NullMarked;
