/** The cluster's event log in ZooKeeper, folded into an image. */
@NullMarked
package org.stoker.metadata;

import org.jspecify.annotations.NullMarked;
