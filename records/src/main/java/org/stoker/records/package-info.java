/** Record batches exactly as on wire and disk. */
@NullMarked
package org.stoker.records;

import org.jspecify.annotations.NullMarked;
