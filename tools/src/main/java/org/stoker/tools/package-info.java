/** The command line, on the official client. */
@NullMarked
package org.stoker.tools;

import org.jspecify.annotations.NullMarked;
