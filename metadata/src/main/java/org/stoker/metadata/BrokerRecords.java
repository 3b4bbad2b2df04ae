package org.stoker.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stoker.protocol.record.BrokerRegistrationChangeRecord;
import org.stoker.protocol.record.RegisterBrokerRecord;

/** A broker's registration as a record and back. */
final class BrokerRecords {
  private BrokerRecords() {}

  static RegisterBrokerRecord toRecord(BrokerImage broker) {
    List<RegisterBrokerRecord.BrokerEndpoint> endpoints = new ArrayList<>();
    for (Endpoint endpoint : broker.endpoints()) {
      endpoints.add(
          new RegisterBrokerRecord.BrokerEndpoint()
              .setName(endpoint.listener())
              .setHost(endpoint.host())
              .setPort(endpoint.port())
              .setSecurityProtocol(endpoint.securityProtocol()));
    }
    List<RegisterBrokerRecord.BrokerFeature> features = new ArrayList<>();
    new TreeMap<>(broker.features())
        .forEach((name, range) ->
            features.add(
                new RegisterBrokerRecord.BrokerFeature()
                    .setName(name)
                    .setMinSupportedVersion(range.lowest())
                    .setMaxSupportedVersion(range.highest())));
    return new RegisterBrokerRecord()
        .setBrokerId(broker.id())
        .setBrokerEpoch(broker.epoch())
        .setIncarnationId(broker.incarnation())
        .setEndPoints(endpoints)
        .setFeatures(features)
        .setRack(broker.rack())
        .setFenced(broker.fenced())
        .setInControlledShutdown(broker.inControlledShutdown())
        .setLogDirs(broker.logDirs());
  }

  static BrokerImage fromRecord(RegisterBrokerRecord record) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (RegisterBrokerRecord.BrokerEndpoint endpoint : record.endPoints()) {
      endpoints.add(
          new Endpoint(
              endpoint.name(), endpoint.host(), endpoint.port(), endpoint.securityProtocol()));
    }
    Map<String, FeatureRange> features = new TreeMap<>();
    for (RegisterBrokerRecord.BrokerFeature feature : record.features()) {
      features.put(
          feature.name(),
          new FeatureRange(feature.minSupportedVersion(), feature.maxSupportedVersion()));
    }
    return new BrokerImage(
        record.brokerId(),
        record.brokerEpoch(),
        record.incarnationId(),
        endpoints,
        features,
        record.rack(),
        record.fenced(),
        record.inControlledShutdown(),
        record.logDirs());
  }

  static BrokerImage changedBy(BrokerImage broker, BrokerRegistrationChangeRecord change) {
    if (broker.epoch() != change.brokerEpoch()) {
      throw new IllegalStateException(
          "broker "
              + broker.id()
              + " is at epoch "
              + broker.epoch()
              + ", a change of epoch "
              + change.brokerEpoch()
              + " does not fit");
    }
    return new BrokerImage(
        broker.id(),
        broker.epoch(),
        broker.incarnation(),
        broker.endpoints(),
        broker.features(),
        broker.rack(),
        change.fenced() == 0 ? broker.fenced() : change.fenced() > 0,
        broker.inControlledShutdown() || change.inControlledShutdown() > 0,
        change.logDirs().isEmpty() ? broker.logDirs() : change.logDirs());
  }

  static BrokerImage withEpoch(BrokerImage broker, long epoch) {
    return new BrokerImage(
        broker.id(),
        epoch,
        broker.incarnation(),
        broker.endpoints(),
        broker.features(),
        broker.rack(),
        broker.fenced(),
        broker.inControlledShutdown(),
        broker.logDirs());
  }

  static BrokerImage withFenced(BrokerImage broker, boolean fenced) {
    return new BrokerImage(
        broker.id(),
        broker.epoch(),
        broker.incarnation(),
        broker.endpoints(),
        broker.features(),
        broker.rack(),
        fenced,
        broker.inControlledShutdown(),
        broker.logDirs());
  }
}
