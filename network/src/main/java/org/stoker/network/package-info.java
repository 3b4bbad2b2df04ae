/** Sockets in, requests out, answers in order. */
@NullMarked
package org.stoker.network;

import org.jspecify.annotations.NullMarked;
