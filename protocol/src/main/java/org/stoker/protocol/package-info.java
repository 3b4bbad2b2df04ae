/** Generated messages, headers, versions, error codes. */
@NullMarked
package org.stoker.protocol;

import org.jspecify.annotations.NullMarked;
