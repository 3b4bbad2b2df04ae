/**
 * The comparison: starts the brokers in turn, has the load driver load them, and writes down what
 * was seen.
 */
@NullMarked
package org.stoker.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
