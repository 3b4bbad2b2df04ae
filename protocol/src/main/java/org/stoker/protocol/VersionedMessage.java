package org.stoker.protocol;

/** A message together with the version it was, or is to be, written in. */
public record VersionedMessage(Message message, short version) {}
