@NullMarked
package org.stoker.coordinator.runtime;

import org.jspecify.annotations.NullMarked;
