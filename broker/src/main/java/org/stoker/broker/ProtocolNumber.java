package org.stoker.broker;

import org.stoker.network.SecurityProtocol;

/** The numbers that registrations name security protocols by. */
final class ProtocolNumber {
  private ProtocolNumber() {}

  static short of(SecurityProtocol protocol) {
    return switch (protocol) {
      case PLAINTEXT -> 0;
      case SSL -> 1;
      case SASL_PLAINTEXT -> 2;
      case SASL_SSL -> 3;
    };
  }
}
