package org.stoker.protocol;

import java.util.List;

/** Anything that the definitions give fields: a whole message, or a part nested in one. */
public interface Struct {
  /**
   * Replaces every field by what {@code in} holds; fields that this version lacks get their
   * default.
   */
  void read(WireReader in, short version);

  void write(WireWriter out, short version);

  /** How many bytes {@link #write} would write. */
  int size(short version);

  /** Tagged fields that a newer sender knows and we do not; they are kept and written again. */
  List<UnknownTaggedField> unknownTaggedFields();
}
