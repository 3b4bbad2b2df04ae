/** How fast, side by side with Apache Kafka. */
@NullMarked
package org.stoker.benchmarks;

import org.jspecify.annotations.NullMarked;
