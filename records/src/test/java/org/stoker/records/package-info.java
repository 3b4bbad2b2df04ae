@NullMarked
package org.stoker.records;

import org.jspecify.annotations.NullMarked;
