package org.stoker.broker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.stoker.network.ListenerConfig;
import org.stoker.network.SecurityProtocol;
import org.stoker.settings.ConfigException;
import org.stoker.settings.ConfigValues;

/**
 * Where a broker listens, and what it tells clients about it.
 *
 * @param listeners in the order of the file
 * @param advertised what {@code advertised.listeners} says; empty if it is not set
 * @param interBrokerListener the listener that other brokers use
 */
record ListenerPlan(
    List<ListenerConfig> listeners, List<Endpoint> advertised, String interBrokerListener) {

  /** Reads the keys about listeners, and checks that they fit together as Kafka does. */
  static ListenerPlan of(ConfigValues values) {
    Map<String, SecurityProtocol> protocols =
        protocols(values.text("listener.security.protocol.map"));
    List<Endpoint> endpoints = endpoints(values, "listeners");
    if (endpoints.isEmpty()) {
      throw new ConfigException("Configuration listeners names no listener");
    }
    List<Endpoint> advertised =
        values.isSet("advertised.listeners")
            ? endpoints(values, "advertised.listeners")
            : List.of();
    checkAdvertised(endpoints, advertised);
    String interBroker = interBrokerListener(values, endpoints, protocols);
    List<ListenerConfig> listeners = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      listeners.add(listener(endpoint, protocols, interBroker));
    }
    return new ListenerPlan(List.copyOf(listeners), advertised, interBroker);
  }

  private static ListenerConfig listener(
      Endpoint endpoint, Map<String, SecurityProtocol> protocols, String interBroker) {
    SecurityProtocol protocol = protocols.get(endpoint.listenerName());
    if (protocol == null) {
      throw new ConfigException(
          "Configuration listener.security.protocol.map names no protocol for listener "
              + endpoint.listenerName());
    }
    try {
      return new ListenerConfig(
          endpoint.listenerName(),
          endpoint.host(),
          endpoint.port(),
          protocol,
          endpoint.listenerName().equals(interBroker),
          Integer.MAX_VALUE);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, SecurityProtocol> protocols(String text) {
    Map<String, SecurityProtocol> protocols = new HashMap<>();
    for (String item : text.split(",", -1)) {
      String[] parts = item.strip().split(":", -1);
      if (item.isBlank()) {
        continue;
      }
      try {
        protocols.put(
            parts[0].strip().toUpperCase(Locale.ROOT),
            SecurityProtocol.valueOf(parts[1].strip().toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        throw new ConfigException(
            "Invalid value "
                + item.strip()
                + " for configuration listener.security.protocol.map: must be like NAME:PROTOCOL,"
                + " with one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL");
      }
    }
    return protocols;
  }

  private static List<Endpoint> endpoints(ConfigValues values, String key) {
    List<Endpoint> endpoints = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> addresses = new HashSet<>();
    for (String item : values.list(key)) {
      Endpoint endpoint = Endpoint.parse(key, item);
      if (!names.add(endpoint.listenerName())) {
        throw new ConfigException(
            "Configuration " + key + " names listener " + endpoint.listenerName() + " twice");
      }
      if (endpoint.port() != 0 && !addresses.add(endpoint.hostAndPort())) {
        throw new ConfigException(
            "Configuration " + key + " names address " + endpoint.hostAndPort() + " twice");
      }
      endpoints.add(endpoint);
    }
    return List.copyOf(endpoints);
  }

  private static void checkAdvertised(List<Endpoint> endpoints, List<Endpoint> advertised) {
    for (Endpoint endpoint : advertised) {
      if (endpoints.stream().noneMatch(e -> e.listenerName().equals(endpoint.listenerName()))) {
        throw new ConfigException(
            "Configuration advertised.listeners names listener "
                + endpoint.listenerName()
                + ", which listeners does not");
      }
      if (endpoint.isWildcard()) {
        throw new ConfigException(
            "Configuration advertised.listeners must name a host for listener "
                + endpoint.listenerName()
                + ": clients cannot connect to every address");
      }
    }
  }

  private static String interBrokerListener(
      ConfigValues values, List<Endpoint> endpoints, Map<String, SecurityProtocol> protocols) {
    if (values.isSet("inter.broker.listener.name")) {
      String name = values.text("inter.broker.listener.name").toUpperCase(Locale.ROOT);
      if (endpoints.stream().noneMatch(endpoint -> endpoint.listenerName().equals(name))) {
        throw new ConfigException(
            "Configuration inter.broker.listener.name names listener "
                + name
                + ", which listeners does not");
      }
      return name;
    }
    SecurityProtocol wanted =
        SecurityProtocol.valueOf(values.text("security.inter.broker.protocol"));
    return endpoints.stream()
        .map(Endpoint::listenerName)
        .filter(name -> protocols.get(name) == wanted)
        .findFirst()
        .orElse(endpoints.getFirst().listenerName());
  }
}
