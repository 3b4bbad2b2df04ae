package org.stoker.metadata;

/**
 * A node as it was read. The array is the reader's own: nobody else holds it.
 *
 * @param createdAt the transaction that created the node (czxid): it names this life of the node
 * @param version how often the data was set since then
 * @param ephemeralOwner the session the node goes with; 0 if none
 */
@SuppressWarnings("ArrayRecordComponent") // Up to 256 KiB, read once and dropped: never compared.
public record Node(byte[] data, long createdAt, int version, long ephemeralOwner) {}
