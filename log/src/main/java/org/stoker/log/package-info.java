/** One partition's segments, byte for byte Kafka's. */
@NullMarked
package org.stoker.log;

import org.jspecify.annotations.NullMarked;
