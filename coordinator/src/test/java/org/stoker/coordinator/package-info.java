@NullMarked
package org.stoker.coordinator;

import org.jspecify.annotations.NullMarked;
