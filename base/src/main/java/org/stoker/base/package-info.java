/** The few words that every room uses. */
@NullMarked
package org.stoker.base;

import org.jspecify.annotations.NullMarked;
