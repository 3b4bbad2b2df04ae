package org.stoker.broker;

import java.util.Map;
import org.stoker.base.ThreadSafe;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;
import org.stoker.replication.TopicRules;
import org.stoker.settings.BrokerSettings;
import org.stoker.settings.ConfigValues;

/** The broker's settings as they are now: its file, and what was changed while it runs. */
@ThreadSafe
public final class LiveSettings implements MetadataListener {
  private final int brokerId;
  private volatile BrokerSettings settings;
  private volatile ThrottleRates throttleRates;

  /** What replicas are throttled to, read from these settings: reading all keys takes its time. */
  private record ThrottleRates(BrokerSettings of, long leader, long follower) {
    static ThrottleRates of(BrokerSettings settings) {
      ConfigValues values = settings.values();
      return new ThrottleRates(
          settings,
          rate(values, "leader.replication.throttled.rate"),
          rate(values, "follower.replication.throttled.rate"));
    }

    private static long rate(ConfigValues values, String name) {
      return values.isSet(name) ? values.longInteger(name) : Long.MAX_VALUE;
    }
  }

  public LiveSettings(int brokerId, BrokerSettings ofFile) {
    this.brokerId = brokerId;
    this.settings = ofFile;
    this.throttleRates = ThrottleRates.of(ofFile);
  }

  public BrokerSettings settings() {
    return settings;
  }

  /** {@code leader.replication.throttled.rate}, in bytes a second. */
  long leaderThrottledRate() {
    return throttleRates().leader();
  }

  /** {@code follower.replication.throttled.rate}, in bytes a second. */
  long followerThrottledRate() {
    return throttleRates().follower();
  }

  private ThrottleRates throttleRates() {
    BrokerSettings now = settings;
    ThrottleRates known = throttleRates;
    if (!known.of().equals(now)) {
      known = ThrottleRates.of(now);
      throttleRates = known;
    }
    return known;
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
