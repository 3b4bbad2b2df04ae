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
import org.stoker.network.Request;
import org.stoker.protocol.ErrorCode;
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
    List<AlterConfigsResourceResponse> responses = new ArrayList<>();
    List<AlterConfigsResourceResponse> asked = new ArrayList<>();
    List<ConfigReplacement> replacements = new ArrayList<>();
    for (AlterConfigsResource resource : body.resources()) {
      AlterConfigsResourceResponse response =
          new AlterConfigsResourceResponse()
              .setResourceType(resource.resourceType())
              .setResourceName(resource.resourceName());
      responses.add(response);
      ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
      if (type == null) {
        response
            .setErrorCode(ErrorCode.INVALID_REQUEST.code())
            .setErrorMessage("No such kind of resource.");
      } else {
        asked.add(response);
        replacements.add(replacement(type, resource));
      }
    }
    Answers.when(
        controller.submit(
            new Command.AlterConfigs(replacements, body.validateOnly()),
            values.get().integer("request.timeout.ms")),
        request,
        outcomes -> {
          for (int i = 0; i < asked.size(); i++) {
            asked
                .get(i)
                .setErrorCode(outcomes.get(i).result().error().code())
                .setErrorMessage(outcomes.get(i).result().message());
          }
          return new AlterConfigsResponse().setResponses(responses);
        });
  }

  private static ConfigReplacement replacement(
      ConfigResource.Type type, AlterConfigsResource resource) {
    Map<String, @Nullable String> configs = new HashMap<>();
    resource.configs().forEach(config -> configs.put(config.name(), config.value()));
    return new ConfigReplacement(new ConfigResource(type, resource.resourceName()), configs);
  }
}
