package org.stoker.metadata;

/** Is told of each new image, one after the other, on the metadata lane. */
public interface MetadataListener {
  /** Must not wait: what takes long is handed on. */
  void imageChanged(MetadataDelta delta, ClusterImage image);
}
