/** The house rules as tests, first in the build. */
@NullMarked
package org.stoker.tidy;

import org.jspecify.annotations.NullMarked;
