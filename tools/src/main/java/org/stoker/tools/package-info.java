/** What Stoker adds to Kafka's own command line tools. */
@NullMarked
package org.stoker.tools;

import org.jspecify.annotations.NullMarked;
