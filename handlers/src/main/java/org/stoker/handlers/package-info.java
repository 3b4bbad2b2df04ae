/** One class per API: authorize, ask, answer. */
@NullMarked
package org.stoker.handlers;

import org.jspecify.annotations.NullMarked;
