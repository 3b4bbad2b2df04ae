/** The log, tested against Kafka's own storage classes. */
@NullMarked
package org.stoker.log;

import org.jspecify.annotations.NullMarked;
