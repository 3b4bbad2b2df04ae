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
import org.stoker.metadata.Result;
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
  /** The kind of resource that the cluster does not store. */
  static final byte BROKER_LOGGER = 8;

  private final ControllerPort controller;
  private final ControllerPort anywhere;
  private final LoggerAlterations loggers;
  private final Supplier<ConfigValues> values;

  /**
   * @param controller this broker's own
   * @param anywhere the controller wherever it is: loggers are this broker's, all else is not
   */
  IncrementalAlterConfigsHandler(
      ControllerPort controller,
      ControllerPort anywhere,
      LoggerAlterations loggers,
      Supplier<ConfigValues> values) {
    this.controller = controller;
    this.anywhere = anywhere;
    this.loggers = loggers;
    this.values = values;
  }

  @Override
  public void handle(Request request) {
    IncrementalAlterConfigsRequest body = (IncrementalAlterConfigsRequest) request.body();
    ConfigAlterations<ConfigChanges> alterations = new ConfigAlterations<>();
    for (AlterConfigsResource resource : body.resources()) {
      List<ConfigChange> changes = changes(resource);
      ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
      if (changes == null) {
        alterations.refused("There is an operation that is none of Kafka's.");
      } else if (resource.resourceType() == BROKER_LOGGER) {
        alterations.settled(
            isRepeated(resource, body.resources())
                ? new Result(ErrorCode.INVALID_REQUEST, "A broker is in the request twice.")
                : loggers.alter(resource.resourceName(), changes, body.validateOnly()));
      } else if (type == null) {
        alterations.refused(
            "Resources of type " + resource.resourceType() + " have no configuration here.");
      } else {
        alterations.ask(
            new ConfigChanges(new ConfigResource(type, resource.resourceName()), changes));
      }
    }
    ControllerPort port = ControllerForward.isTaken(request) ? controller : anywhere;
    Answers.when(
        alterations.outcomes(changes ->
            port.submit(
                new Command.IncrementalAlterConfigs(changes, body.validateOnly()),
                values.get().integer("request.timeout.ms"))),
        request,
        results -> response(body.resources(), results));
  }

  private static boolean isRepeated(
      AlterConfigsResource resource, List<AlterConfigsResource> resources) {
    return resources.stream()
            .filter(other -> other.resourceType() == resource.resourceType())
            .filter(other -> other.resourceName().equals(resource.resourceName()))
            .count()
        > 1;
  }

  private static IncrementalAlterConfigsResponse response(
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
    return new IncrementalAlterConfigsResponse().setResponses(responses);
  }

  private static @Nullable List<ConfigChange> changes(AlterConfigsResource resource) {
    List<ConfigChange> changes = new ArrayList<>();
    for (AlterableConfig config : resource.configs()) {
      ConfigOperation operation = operation(config.configOperation());
      if (operation == null) {
        return null;
      }
      changes.add(new ConfigChange(config.name(), operation, config.value()));
    }
    return changes;
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
