/** Puts the rooms together and runs them. */
@NullMarked
package org.stoker.broker;

import org.jspecify.annotations.NullMarked;
