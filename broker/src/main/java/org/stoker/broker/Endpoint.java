package org.stoker.broker;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stoker.settings.ConfigException;

/**
 * One item of {@code listeners}: where a named listener is reached.
 *
 * @param host empty stands for every address of the machine
 */
record Endpoint(String listenerName, String host, int port) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<name>[^:/]+)://(\\[(?<ipv6>[0-9a-fA-F:%.]+)]|(?<host>[^:\\[\\]/]*)):(?<port>-?\\d{1,10})");
  private static final int LARGEST_PORT = 65_535;

  /**
   * Reads {@code NAME://host:port}; an IPv6 address stands in brackets.
   *
   * @throws ConfigException if the text is not of that form; the message names the key
   */
  static Endpoint parse(String key, String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new ConfigException(
          "Invalid value "
              + text
              + " for configuration "
              + key
              + ": must be like NAME://host:port");
    }
    long port = Long.parseLong(matcher.group("port"));
    if (port < 0 || port > LARGEST_PORT) {
      throw new ConfigException(
          "Invalid value "
              + text
              + " for configuration "
              + key
              + ": the port must be from 0 to 65535");
    }
    String ipv6 = matcher.group("ipv6");
    String host = ipv6 != null ? ipv6 : matcher.group("host");
    return new Endpoint(matcher.group("name").toUpperCase(Locale.ROOT), host, (int) port);
  }

  /** Whether it stands for every address, which no client could connect to. */
  boolean isWildcard() {
    return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
  }

  String hostAndPort() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String toString() {
    return listenerName + "://" + hostAndPort();
  }
}
