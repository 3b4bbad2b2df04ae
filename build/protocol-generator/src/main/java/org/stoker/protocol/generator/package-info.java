/** Message definitions to Java, at build time only. */
@NullMarked
package org.stoker.protocol.generator;

import org.jspecify.annotations.NullMarked;
