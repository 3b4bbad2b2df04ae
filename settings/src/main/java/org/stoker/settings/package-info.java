/**
 * Configuration is Kafka's: its keys, defaults and units, parsed once, with where a value came
 * from.
 */
@NullMarked
package org.stoker.settings;

import org.jspecify.annotations.NullMarked;
