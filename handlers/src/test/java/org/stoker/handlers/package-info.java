@NullMarked
package org.stoker.handlers;

import org.jspecify.annotations.NullMarked;
