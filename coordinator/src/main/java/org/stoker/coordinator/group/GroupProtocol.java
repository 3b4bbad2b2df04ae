package org.stoker.coordinator.group;

import org.stoker.coordinator.runtime.Bytes;

/** One way in which a member could have the work divided, with what it tells the leader then. */
public record GroupProtocol(String name, Bytes metadata) {}
