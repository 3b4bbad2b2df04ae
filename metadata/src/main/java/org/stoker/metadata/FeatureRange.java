package org.stoker.metadata;

/** The levels of a feature that a broker can work at. */
public record FeatureRange(short lowest, short highest) {}
