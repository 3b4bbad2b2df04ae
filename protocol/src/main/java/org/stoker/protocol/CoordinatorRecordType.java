package org.stoker.protocol;

/**
 * A kind of record in one of the coordinators' topics: its key names the id, its value follows it.
 */
public interface CoordinatorRecordType {
  short id();

  Message newKey();

  Message newValue();
}
