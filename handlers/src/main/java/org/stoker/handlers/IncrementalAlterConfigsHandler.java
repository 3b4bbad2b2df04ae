package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.ConfigChange;
import org.stoker.metadata.Command.ConfigChanges;
import org.stoker.metadata.Command.ConfigOperation;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.Result;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import org.stoker.protocol.message.IncrementalAlterConfigsResponse;
import org.stoker.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import org.stoker.settings.ConfigValues;

/** IncrementalAlterConfigs: sets, removes, extends or shortens single values (KIP-339). */
final class IncrementalAlterConfigsHandler implements Handler<IncrementalAlterConfigsRequest> {
  /** The kind of resource that the cluster does not store. */
  static final byte BROKER_LOGGER = 8;

  private final ControllerPort controller;
  private final ControllerPort anywhere;
  private final LoggerAlterations loggers;
  private final BrokerAlterations brokers;
  private final Supplier<ConfigValues> values;

  /**
   * @param controller this broker's own
   * @param anywhere the controller wherever it is: loggers are this broker's, all else is not
   */
  IncrementalAlterConfigsHandler(
      ControllerPort controller,
      ControllerPort anywhere,
      LoggerAlterations loggers,
      BrokerAlterations brokers,
      Supplier<ConfigValues> values) {
    this.controller = controller;
    this.anywhere = anywhere;
    this.loggers = loggers;
    this.brokers = brokers;
    this.values = values;
  }

  @Override
  public void handle(IncrementalAlterConfigsRequest body, RequestContext context) {
    ConfigAlterations<ConfigChanges> alterations = new ConfigAlterations<>();
    boolean isForwarded = context.isForwarded();
    for (AlterConfigsResource resource : body.resources()) {
      ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
      Result problem = problemWith(resource, body.resources());
      List<ConfigChange> changes = problem == null ? changes(resource) : List.of();
      if (problem != null) {
        alterations.settled(problem);
      } else if (resource.resourceType() == BROKER_LOGGER) {
        alterations.settled(loggers.alter(resource.resourceName(), changes, body.validateOnly()));
      } else if (type == null) {
        alterations.refused("Unknown resource type " + resource.resourceType());
      } else {
        ConfigResource named = new ConfigResource(type, resource.resourceName());
        problem = isForwarded ? null : brokers.problemWith(named, changes);
        if (problem != null) {
          alterations.settled(problem);
        } else {
          alterations.ask(new ConfigChanges(named, changes));
        }
      }
    }
    ControllerPort port = isForwarded ? controller : anywhere;
    Answers.when(
        alterations.outcomes(changes ->
            port.submit(
                new Command.IncrementalAlterConfigs(changes, body.validateOnly()),
                values.get().integer("request.timeout.ms"))),
        context,
        results -> response(body.resources(), results));
  }

  /** What is wrong with the form of a resource's changes; null if nothing is. */
  private static @Nullable Result problemWith(
      AlterConfigsResource resource, List<AlterConfigsResource> resources) {
    long namesakes =
        resources.stream()
            .filter(other -> other.resourceType() == resource.resourceType())
            .filter(other -> other.resourceName().equals(resource.resourceName()))
            .count();
    for (AlterableConfig config : resource.configs()) {
      if (operation(config.configOperation()) == null) {
        return new Result(
            ErrorCode.INVALID_REQUEST, "Unknown operations type " + config.configOperation());
      }
    }
    return ConfigAlterations.problemWithForm(
        namesakes > 1,
        resource.configs().stream().map(AlterableConfig::name).toList(),
        resource.configs().stream()
            .filter(config ->
                config.value() == null
                    && operation(config.configOperation()) != ConfigOperation.DELETE)
            .map(AlterableConfig::name)
            .toList());
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

  private static List<ConfigChange> changes(AlterConfigsResource resource) {
    List<ConfigChange> changes = new ArrayList<>();
    for (AlterableConfig config : resource.configs()) {
      ConfigOperation operation = Objects.requireNonNull(operation(config.configOperation()));
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
