package org.stoker.handlers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.ConfigReplacement;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.Result;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.AlterConfigsRequest;
import org.stoker.protocol.message.AlterConfigsRequest.AlterConfigsResource;
import org.stoker.protocol.message.AlterConfigsRequest.AlterableConfig;
import org.stoker.protocol.message.AlterConfigsResponse;
import org.stoker.protocol.message.AlterConfigsResponse.AlterConfigsResourceResponse;
import org.stoker.settings.ConfigValues;

/** AlterConfigs: replaces all that a resource is configured with; the older way. */
final class AlterConfigsHandler implements Handler<AlterConfigsRequest> {
  private final ControllerPort controller;
  private final ControllerPort anywhere;
  private final BrokerAlterations brokers;
  private final Supplier<ConfigValues> values;

  /**
   * @param controller this broker's own
   * @param anywhere the controller wherever it is: a broker's values are checked by that broker
   */
  AlterConfigsHandler(
      ControllerPort controller,
      ControllerPort anywhere,
      BrokerAlterations brokers,
      Supplier<ConfigValues> values) {
    this.controller = controller;
    this.anywhere = anywhere;
    this.brokers = brokers;
    this.values = values;
  }

  @Override
  public void handle(AlterConfigsRequest body, RequestContext context) {
    ConfigAlterations<ConfigReplacement> alterations = new ConfigAlterations<>();
    boolean isForwarded = context.isForwarded();
    for (AlterConfigsResource resource : body.resources()) {
      ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
      Result problem = problemWith(resource, body.resources());
      if (problem != null) {
        alterations.settled(problem);
      } else if (type == null) {
        alterations.refused("Unknown resource type " + resource.resourceType());
      } else {
        ConfigReplacement replacement = replacement(type, resource);
        problem =
            isForwarded ? null : brokers.problemWith(replacement.resource(), valuesOf(replacement));
        if (problem != null) {
          alterations.settled(problem);
        } else {
          alterations.ask(replacement);
        }
      }
    }
    ControllerPort port = isForwarded ? controller : anywhere;
    Answers.when(
        alterations.outcomes(replacements ->
            port.submit(
                new Command.AlterConfigs(replacements, body.validateOnly()),
                values.get().integer("request.timeout.ms"))),
        context,
        results -> response(body.resources(), results));
  }

  private static @Nullable Result problemWith(
      AlterConfigsResource resource, List<AlterConfigsResource> resources) {
    long namesakes =
        resources.stream()
            .filter(other -> other.resourceType() == resource.resourceType())
            .filter(other -> other.resourceName().equals(resource.resourceName()))
            .count();
    return ConfigAlterations.problemWithForm(
        namesakes > 1,
        resource.configs().stream().map(AlterableConfig::name).toList(),
        resource.configs().stream()
            .filter(config -> config.value() == null)
            .map(AlterableConfig::name)
            .toList());
  }

  private static Map<String, String> valuesOf(ConfigReplacement replacement) {
    Map<String, String> values = new TreeMap<>();
    replacement
        .values()
        .forEach((key, value) -> values.put(key, Objects.requireNonNull(value, key)));
    return values;
  }

  private static AlterConfigsResponse response(
      List<AlterConfigsResource> resources, List<Result> results) {
    List<AlterConfigsResourceResponse> responses = new ArrayList<>();
    for (int i = 0; i < resources.size(); i++) {
      responses.add(
          new AlterConfigsResourceResponse()
              .setResourceType(resources.get(i).resourceType())
              .setResourceName(resources.get(i).resourceName())
              .setErrorCode(results.get(i).error().code())
              .setErrorMessage(results.get(i).message()));
    }
    return new AlterConfigsResponse().setResponses(responses);
  }

  private static ConfigReplacement replacement(
      ConfigResource.Type type, AlterConfigsResource resource) {
    Map<String, @Nullable String> configs = new HashMap<>();
    resource.configs().forEach(config -> configs.put(config.name(), config.value()));
    return new ConfigReplacement(new ConfigResource(type, resource.resourceName()), configs);
  }
}
