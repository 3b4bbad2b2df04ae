package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.ConfigChange;
import org.stoker.metadata.Command.ConfigChanges;
import org.stoker.metadata.Command.ConfigOperation;
import org.stoker.metadata.ConfigResource;
import org.stoker.network.Request;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import org.stoker.protocol.message.IncrementalAlterConfigsResponse;
import org.stoker.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import org.stoker.settings.ConfigValues;

/** IncrementalAlterConfigs: sets, removes, extends or shortens single values (KIP-339). */
final class IncrementalAlterConfigsHandler implements Handler {
  private final ControllerPort controller;
  private final Supplier<ConfigValues> values;

  IncrementalAlterConfigsHandler(ControllerPort controller, Supplier<ConfigValues> values) {
    this.controller = controller;
    this.values = values;
  }

  @Override
  public void handle(Request request) {
    IncrementalAlterConfigsRequest body = (IncrementalAlterConfigsRequest) request.body();
    List<AlterConfigsResourceResponse> responses = new ArrayList<>();
    List<AlterConfigsResourceResponse> asked = new ArrayList<>();
    List<ConfigChanges> changes = new ArrayList<>();
    for (AlterConfigsResource resource : body.resources()) {
      AlterConfigsResourceResponse response =
          new AlterConfigsResourceResponse()
              .setResourceType(resource.resourceType())
              .setResourceName(resource.resourceName());
      responses.add(response);
      ConfigChanges change = changes(resource);
      if (change == null) {
        response
            .setErrorCode(ErrorCode.INVALID_REQUEST.code())
            .setErrorMessage("No such kind of resource, or of operation.");
      } else {
        asked.add(response);
        changes.add(change);
      }
    }
    Answers.when(
        controller.submit(
            new Command.IncrementalAlterConfigs(changes, body.validateOnly()),
            values.get().integer("request.timeout.ms")),
        request,
        outcomes -> {
          for (int i = 0; i < asked.size(); i++) {
            asked
                .get(i)
                .setErrorCode(outcomes.get(i).result().error().code())
                .setErrorMessage(outcomes.get(i).result().message());
          }
          return new IncrementalAlterConfigsResponse().setResponses(responses);
        });
  }

  private static @Nullable ConfigChanges changes(AlterConfigsResource resource) {
    ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
    if (type == null) {
      return null;
    }
    List<ConfigChange> changes = new ArrayList<>();
    for (AlterableConfig config : resource.configs()) {
      ConfigOperation operation = operation(config.configOperation());
      if (operation == null) {
        return null;
      }
      changes.add(new ConfigChange(config.name(), operation, config.value()));
    }
    return new ConfigChanges(new ConfigResource(type, resource.resourceName()), changes);
  }

  /** By the numbers of the protocol; null for one that it does not know. */
  private static @Nullable ConfigOperation operation(byte number) {
    return switch (number) {
      case 0 -> ConfigOperation.SET;
      case 1 -> ConfigOperation.DELETE;
      case 2 -> ConfigOperation.APPEND;
      case 3 -> ConfigOperation.SUBTRACT;
      default -> null;
    };
  }
}
