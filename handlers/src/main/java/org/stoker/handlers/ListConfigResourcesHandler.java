package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ConfigResource;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.ListConfigResourcesRequest;
import org.stoker.protocol.message.ListConfigResourcesResponse;

/** ListConfigResources: what can be, or is, configured (KIP-1142). */
final class ListConfigResourcesHandler implements Handler<ListConfigResourcesRequest> {
  private static final byte TOPIC = 2;
  private static final byte BROKER = 4;
  private static final byte BROKER_LOGGER = 8;
  private static final byte CLIENT_METRICS = 16;
  private static final byte GROUP = 32;
  private static final long BYTES_OF_RESOURCE = 100;
  private static final Set<Byte> KNOWN =
      Set.of(TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP);

  private final ClusterView cluster;

  ListConfigResourcesHandler(ClusterView cluster) {
    this.cluster = cluster;
  }

  @Override
  public void handle(ListConfigResourcesRequest body, RequestContext context) {
    // Version 0 knew client metrics only, and could not say so.
    Set<Byte> types =
        new TreeSet<>(context.version() == 0 ? Set.of(CLIENT_METRICS) : body.resourceTypes());
    if (types.isEmpty()) {
      types = new TreeSet<>(KNOWN);
    }
    if (!KNOWN.containsAll(types)) {
      context.respond(
          new ListConfigResourcesResponse().setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code()));
      return;
    }
    ClusterImage image = cluster.image();
    int most = image.topicsByName().size() + image.configs().size();
    if (!Answers.isTaken(context, BYTES_OF_RESOURCE * most)) {
      return;
    }
    List<ListConfigResourcesResponse.ConfigResource> found = new ArrayList<>();
    for (byte type : types) {
      for (String name : names(type)) {
        found.add(
            new ListConfigResourcesResponse.ConfigResource()
                .setResourceName(name)
                .setResourceType(type));
      }
    }
    context.respond(new ListConfigResourcesResponse().setConfigResources(found));
  }

  private List<String> names(byte type) {
    return switch (type) {
      case TOPIC -> List.copyOf(cluster.image().topicsByName().keySet());
      case BROKER, BROKER_LOGGER ->
          cluster.image().brokers().values().stream()
              .map(BrokerImage::id)
              .map(id -> Integer.toString(id))
              .toList();
      default ->
          cluster.image().configs().keySet().stream()
              .filter(resource -> resource.type().id() == type)
              .map(ConfigResource::name)
              .toList();
    };
  }
}
