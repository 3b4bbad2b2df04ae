package org.stoker.protocol;

/** A request, response, header or record as its published definition describes it. */
public interface Message extends Struct {
  /** The API's number for requests and responses, the type's id for records, else -1. */
  short apiKey();

  short lowestSupportedVersion();

  short highestSupportedVersion();
}
