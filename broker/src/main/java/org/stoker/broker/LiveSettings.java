package org.stoker.broker;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
  private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

  private final int brokerId;
  private final List<Consumer<ConfigValues>> listeners = new CopyOnWriteArrayList<>();
  private volatile InForce inForce;

  /** The settings, and what is read too often to be read from all keys each time. */
  private record InForce(
      BrokerSettings settings, ConfigValues values, long leaderRate, long followerRate) {
    static InForce of(BrokerSettings settings) {
      ConfigValues values = settings.values();
      return new InForce(
          settings,
          values,
          rate(values, "leader.replication.throttled.rate"),
          rate(values, "follower.replication.throttled.rate"));
    }

    private static long rate(ConfigValues values, String name) {
      return values.isSet(name) ? values.longInteger(name) : Long.MAX_VALUE;
    }
  }

  public LiveSettings(int brokerId, BrokerSettings ofFile) {
    this.brokerId = brokerId;
    this.inForce = InForce.of(ofFile);
  }

  public BrokerSettings settings() {
    return inForce.settings();
  }

  /** {@code leader.replication.throttled.rate}, in bytes a second. */
  long leaderThrottledRate() {
    return inForce.leaderRate();
  }

  /** {@code follower.replication.throttled.rate}, in bytes a second. */
  long followerThrottledRate() {
    return inForce.followerRate();
  }

  /** {@code num.replica.fetchers}. */
  int fetchersPerLeader() {
    return inForce.values().integer("num.replica.fetchers");
  }

  /** Tells of the values that are in force now, and of all later ones, in order. */
  void whenChanged(Consumer<ConfigValues> listener) {
    listeners.add(listener);
    listener.accept(inForce.values());
  }

  /** What a topic's own configuration comes to on this broker. */
  public TopicRules topicRules(Map<String, String> ofTopic) {
    return TopicRulesReader.read(settings().topicValues(ofTopic));
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    Map<String, String> ofAll = image.configs(ConfigResource.everyBroker());
    Map<String, String> own = image.configs(ConfigResource.broker(brokerId));
    BrokerSettings before = settings();
    BrokerSettings now = before.withDynamic(ofAll, own);
    if (now.equals(before)) {
      return;
    }
    warnOfIgnored(ofAll.keySet(), now.dynamicDefault().keySet(), "all brokers");
    warnOfIgnored(own.keySet(), now.dynamicOwn().keySet(), "this broker");
    InForce next = InForce.of(now);
    inForce = next;
    listeners.forEach(listener -> listener.accept(next.values()));
  }

  private static void warnOfIgnored(Set<String> stored, Set<String> used, String whose) {
    Set<String> ignored = new TreeSet<>(stored);
    ignored.removeAll(used);
    if (!ignored.isEmpty()) {
      LOG.warn("Stored values of {} are not allowed and do nothing: {}", whose, ignored);
    }
  }
}
