package org.stoker.network;

/** How a listener's connections are encrypted and authenticated, by Kafka's names. */
public enum SecurityProtocol {
  PLAINTEXT(false, false),
  SSL(true, false),
  SASL_PLAINTEXT(false, true),
  SASL_SSL(true, true);

  private final boolean encrypted;
  private final boolean authenticated;

  SecurityProtocol(boolean encrypted, boolean authenticated) {
    this.encrypted = encrypted;
    this.authenticated = authenticated;
  }

  /** The claim that bytes travel inside TLS. */
  public boolean isEncrypted() {
    return encrypted;
  }

  /** The claim that a client proves by SASL who it is before anything else. */
  public boolean isAuthenticated() {
    return authenticated;
  }
}
