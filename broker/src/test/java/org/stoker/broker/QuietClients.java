package org.stoker.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/**
 * Keeps the clients' logs to errors: of a broker that is gone they tell once a second and client.
 */
final class QuietClients {
  private QuietClients() {}

  static void hush() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger("org.apache.kafka").setLevel(Level.ERROR);
    }
  }
}
