@NullMarked
package org.stoker.coordinator.group;

import org.jspecify.annotations.NullMarked;
