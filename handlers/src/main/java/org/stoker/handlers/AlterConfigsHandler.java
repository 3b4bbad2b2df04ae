package org.stoker.handlers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.ConfigReplacement;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.Result;
import org.stoker.network.Request;
import org.stoker.protocol.message.AlterConfigsRequest;
import org.stoker.protocol.message.AlterConfigsRequest.AlterConfigsResource;
import org.stoker.protocol.message.AlterConfigsResponse;
import org.stoker.protocol.message.AlterConfigsResponse.AlterConfigsResourceResponse;
import org.stoker.settings.ConfigValues;

/** AlterConfigs: replaces all that a resource is configured with; the older way. */
final class AlterConfigsHandler implements Handler {
  private final ControllerPort controller;
  private final Supplier<ConfigValues> values;

  AlterConfigsHandler(ControllerPort controller, Supplier<ConfigValues> values) {
    this.controller = controller;
    this.values = values;
  }

  @Override
  public void handle(Request request) {
    AlterConfigsRequest body = (AlterConfigsRequest) request.body();
    ConfigAlterations<ConfigReplacement> alterations = new ConfigAlterations<>();
    for (AlterConfigsResource resource : body.resources()) {
      ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
      if (type == null) {
        alterations.refused("Resources of type " + resource.resourceType() + " are not replaced.");
      } else {
        alterations.ask(replacement(type, resource));
      }
    }
    Answers.when(
        alterations.outcomes(replacements ->
            controller.submit(
                new Command.AlterConfigs(replacements, body.validateOnly()),
                values.get().integer("request.timeout.ms"))),
        request,
        results -> response(body.resources(), results));
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
