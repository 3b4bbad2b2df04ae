@NullMarked
package org.stoker.metadata;

import org.jspecify.annotations.NullMarked;
