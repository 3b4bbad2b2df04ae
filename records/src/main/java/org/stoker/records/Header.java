package org.stoker.records;

import org.jspecify.annotations.Nullable;

/**
 * A header of a record.
 *
 * @param key UTF-8 on the wire
 */
@SuppressWarnings("ArrayRecordComponent") // Bytes in, bytes out: nobody compares headers.
public record Header(String key, byte @Nullable [] value) {}
