package org.stoker.broker;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.zookeeper.client.HostProvider;
import org.apache.zookeeper.client.StaticHostProvider;
import org.stoker.base.ThreadSafe;

/**
 * Which server of the quorum the broker's client turns to: the one in the same process, which needs
 * no network and of which it knows when it serves.
 *
 * <p>When the quorum's leader dies, the others end their clients' connections and answer again when
 * they have a new one. A client that tried at once would be turned away and then wait up to a
 * second before each further attempt; this one waits for the right moment and is let in.
 */
@ThreadSafe
final class OwnServerFirst implements HostProvider {
  private static final long ELECTION_MS = 1_500;

  private final InetSocketAddress own;
  private final Supplier<CompletableFuture<Void>> serving;
  private final StaticHostProvider all;
  private volatile boolean isOwnTried;

  /**
   * The order for one session.
   *
   * @param serving completes when the own server serves
   */
  OwnServerFirst(
      ZooKeeperQuorum quorum,
      ZooKeeperQuorum.Member own,
      Supplier<CompletableFuture<Void>> serving) {
    this.own = new InetSocketAddress(own.host(), own.clientPort());
    this.serving = serving;
    List<InetSocketAddress> addresses =
        quorum.voters().stream()
            .map(member -> InetSocketAddress.createUnresolved(member.host(), member.clientPort()))
            .toList();
    this.all = new StaticHostProvider(addresses);
  }

  @Override
  public int size() {
    return all.size();
  }

  @Override
  public InetSocketAddress next(long spinDelay) {
    if (!isOwnTried && isOwnServingWithin(ELECTION_MS)) {
      isOwnTried = true;
      return own;
    }
    // Refused by its own, or that one is cut off from the others: any will do, its own in turn.
    isOwnTried = true;
    return all.next(spinDelay);
  }

  private boolean isOwnServingWithin(long patienceMs) {
    try {
      serving.get().get(patienceMs, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted, which nobody may do", e);
    }
  }

  @Override
  public void onConnected() {
    isOwnTried = false;
    all.onConnected();
  }

  @Override
  public boolean updateServerList(
      Collection<InetSocketAddress> servers, InetSocketAddress current) {
    return all.updateServerList(servers, current);
  }
}
