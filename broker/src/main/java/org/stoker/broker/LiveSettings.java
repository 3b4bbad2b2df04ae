package org.stoker.broker;

import java.util.Map;
import org.stoker.base.ThreadSafe;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;
import org.stoker.replication.TopicRules;
import org.stoker.settings.BrokerSettings;

/** The broker's settings as they are now: its file, and what was changed while it runs. */
@ThreadSafe
public final class LiveSettings implements MetadataListener {
  private final int brokerId;
  private volatile BrokerSettings settings;

  public LiveSettings(int brokerId, BrokerSettings ofFile) {
    this.brokerId = brokerId;
    this.settings = ofFile;
  }

  public BrokerSettings settings() {
    return settings;
  }

  /** What a topic's own configuration comes to on this broker. */
  public TopicRules topicRules(Map<String, String> ofTopic) {
    return TopicRulesReader.read(settings.topicValues(ofTopic));
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
