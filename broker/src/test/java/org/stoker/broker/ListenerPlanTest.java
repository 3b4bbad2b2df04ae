package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoker.network.ListenerConfig;
import org.stoker.settings.BrokerSettings;
import org.stoker.settings.ConfigException;

final class ListenerPlanTest {
  private static ListenerPlan plan(Map<String, String> texts) {
    return ListenerPlan.of(BrokerSettings.ofFile(texts).values());
  }

  @Test
  void listensOnEveryAddressUnlessToldOtherwise() {
    assertThat(plan(Map.of()).listeners())
        .containsExactly(
            new ListenerConfig(
                "PLAINTEXT",
                "",
                9092,
                org.stoker.network.SecurityProtocol.PLAINTEXT,
                true,
                Integer.MAX_VALUE));
  }

  @Test
  void readsSeveralListenersWithNamesOfTheirOwn() {
    ListenerPlan plan =
        plan(
            Map.of(
                "listeners", "inside://[::1]:9094,OUTSIDE://localhost:0",
                "listener.security.protocol.map", "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
                "inter.broker.listener.name", "INSIDE"));

    assertThat(plan.listeners())
        .extracting(ListenerConfig::name)
        .containsExactly("INSIDE", "OUTSIDE");
    assertThat(plan.listeners())
        .extracting(ListenerConfig::host)
        .containsExactly("::1", "localhost");
    assertThat(plan.interBrokerListener()).isEqualTo("INSIDE");
  }

  @Test
  void whatDoesNotFitTogetherIsRefusedWithASentence() {
    refused(Map.of("listeners", "localhost:9092"), "must be like NAME://host:port");
    refused(Map.of("listeners", "PLAINTEXT://h:70000"), "from 0 to 65535");
    refused(Map.of("listeners", "PLAINTEXT://a:1,PLAINTEXT://b:2"), "PLAINTEXT twice");
    refused(Map.of("listeners", "PLAINTEXT://a:1,SSL://a:1"), "address a:1 twice");
    refused(Map.of("listeners", "HOME://a:1"), "names no protocol for listener HOME");
    refused(Map.of("listeners", "SSL://a:1"), "only PLAINTEXT is available");
    refused(Map.of("listeners", ""), "must not be empty");
    refused(Map.of("advertised.listeners", "SSL://a:1"), "which listeners does not");
    refused(Map.of("advertised.listeners", "PLAINTEXT://:1"), "must name a host");
    refused(Map.of("inter.broker.listener.name", "HOME"), "which listeners does not");
    refused(Map.of("listener.security.protocol.map", "A"), "must be like NAME:PROTOCOL");
  }

  private static void refused(Map<String, String> texts, String because) {
    assertThatThrownBy(() -> plan(texts))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(because);
  }
}
