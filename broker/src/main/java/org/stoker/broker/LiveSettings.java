package org.stoker.broker;

import org.stoker.base.ThreadSafe;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;
import org.stoker.settings.BrokerSettings;

/** The broker's settings as they are now: its file, and what was changed while it runs. */
@ThreadSafe
final class LiveSettings implements MetadataListener {
  private final int brokerId;
  private volatile BrokerSettings settings;

  LiveSettings(int brokerId, BrokerSettings ofFile) {
    this.brokerId = brokerId;
    this.settings = ofFile;
  }

  BrokerSettings settings() {
    return settings;
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    settings =
        new BrokerSettings(
            settings.file(),
            image.configs(ConfigResource.everyBroker()),
            image.configs(ConfigResource.broker(brokerId)));
  }
}
