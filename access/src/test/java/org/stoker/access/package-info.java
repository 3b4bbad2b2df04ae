@NullMarked
package org.stoker.access;

import org.jspecify.annotations.NullMarked;
