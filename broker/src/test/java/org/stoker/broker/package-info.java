@NullMarked
package org.stoker.broker;

import org.jspecify.annotations.NullMarked;
