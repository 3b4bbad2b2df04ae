/** Classic groups, and the offsets that groups commit. */
@NullMarked
package org.stoker.coordinator.group;

import org.jspecify.annotations.NullMarked;
