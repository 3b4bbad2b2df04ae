package org.stoker.metadata;

/**
 * Where a broker listens.
 *
 * @param listener the listener's name
 * @param securityProtocol Kafka's number: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL
 */
public record Endpoint(String listener, String host, int port, short securityProtocol) {
  @Override
  public String toString() {
    return listener + "://" + host + ":" + port;
  }
}
