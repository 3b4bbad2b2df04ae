/** JMH benchmarks of what profiles have shown to be hot; {@code benchmarks/micro} runs them. */
@NullMarked
package org.stoker.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
