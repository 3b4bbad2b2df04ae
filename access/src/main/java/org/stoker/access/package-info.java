/** Who asks, and what they may do. */
@NullMarked
package org.stoker.access;

import org.jspecify.annotations.NullMarked;
