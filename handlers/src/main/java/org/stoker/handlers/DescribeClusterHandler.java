package org.stoker.handlers;

import java.util.List;
import org.stoker.metadata.ClusterImage;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DescribeClusterRequest;
import org.stoker.protocol.message.DescribeClusterResponse;
import org.stoker.protocol.message.DescribeClusterResponse.DescribeClusterBroker;

/** DescribeCluster: the brokers, the controller and the cluster's id. */
final class DescribeClusterHandler implements Handler<DescribeClusterRequest> {
  private static final byte BROKERS = 1;
  private static final byte CONTROLLERS = 2;

  private final ClusterView cluster;

  DescribeClusterHandler(ClusterView cluster) {
    this.cluster = cluster;
  }

  @Override
  public void handle(DescribeClusterRequest body, RequestContext context) {
    if (body.endpointType() != BROKERS) {
      context.respond(refusal(body.endpointType()));
      return;
    }
    ClusterImage image = cluster.image();
    List<DescribeClusterBroker> brokers =
        cluster.brokers(image, context, body.includeFencedBrokers()).stream()
            .map(reachable ->
                new DescribeClusterBroker()
                    .setBrokerId(reachable.broker().id())
                    .setHost(reachable.host())
                    .setPort(reachable.port())
                    .setRack(reachable.broker().rack())
                    .setIsFenced(reachable.broker().fenced()))
            .toList();
    context.respond(
        new DescribeClusterResponse()
            .setClusterId(image.clusterId())
            .setControllerId(image.controllerId())
            .setBrokers(brokers)
            .setClusterAuthorizedOperations(
                body.includeClusterAuthorizedOperations()
                    ? AllowedOperations.onTheCluster(context)
                    : AllowedOperations.NOT_ASKED));
  }

  /** There are no controllers apart from brokers (KIP-919). */
  private static DescribeClusterResponse refusal(byte endpointType) {
    return endpointType == CONTROLLERS
        ? new DescribeClusterResponse()
            .setErrorCode(ErrorCode.MISMATCHED_ENDPOINT_TYPE.code())
            .setErrorMessage(
                "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of"
                    + " type CONTROLLER")
        : new DescribeClusterResponse()
            .setErrorCode(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE.code())
            .setErrorMessage("Unsupported endpoint type " + endpointType);
  }
}
