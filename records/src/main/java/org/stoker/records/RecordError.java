package org.stoker.records;

/** One refused record of a batch, as a ProduceResponse names it. */
public record RecordError(int batchIndex, String message) {}
