package org.stoker.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import javax.security.sasl.SaslException;
import org.apache.zookeeper.server.Request;
import org.apache.zookeeper.server.ZKDatabase;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ZooKeeper that votes with those of other brokers.
 *
 * <p>ZooKeeper's own peer survives a failed write: it looks for a leader again, with the log file
 * in which half a record may stand still open. And where it wants the process to end, it goes on if
 * the process does not. Both end this life here; the next one reads what is on disk.
 */
final class QuorumServer extends QuorumPeerMain implements EmbeddedServer {
  private static final Logger LOG = LoggerFactory.getLogger(QuorumServer.class);
  private static final String ID_FILE = "myid";
  // Ten seconds to reach a new leader and take over its data, two and a half until a silent one is
  // given up: as long as a silent broker. One that died is noticed at once, by its connections.
  private static final int JOIN_TICKS = 10_000 / EmbeddedZooKeeper.TICK_MS;
  private static final int SILENT_TICKS = 2_500 / EmbeddedZooKeeper.TICK_MS;

  private final ZooKeeperQuorum quorum;
  private final int id;
  private final Path directory;
  private final Listener listener;

  QuorumServer(ZooKeeperQuorum quorum, int id, Path directory, Listener listener) {
    this.quorum = quorum;
    this.id = id;
    this.directory = directory;
    this.listener = listener;
  }

  /** What a peer reads from system properties, once per process. */
  static void configureProcess() {
    // A server whose machine is gone does not answer; until this is over the votes wait for it.
    EmbeddedZooKeeper.setIfAbsent("zookeeper.cnxTimeout", "500");
    // A vote that was lost is sent again; by default after up to a minute.
    EmbeddedZooKeeper.setIfAbsent("zookeeper.fastleader.maxNotificationInterval", "1000");
    // How long a follower waits before it asks a leader again that was not ready yet.
    EmbeddedZooKeeper.setIfAbsent("zookeeper.leaderConnectDelayDuringRetryMs", "50");
  }

  @Override
  public void run() throws Exception {
    nameDirectory();
    var config = new QuorumPeerConfig();
    config.parseProperties(properties());
    runFromConfig(config);
  }

  /** A server that came back under another's id would vote twice with the data of both. */
  private void nameDirectory() throws IOException {
    Path file = directory.resolve(ID_FILE);
    if (!Files.exists(file)) {
      Files.writeString(file, id + "\n");
      return;
    }
    String kept = Files.readString(file).strip();
    if (!kept.equals(Integer.toString(id))) {
      throw new IOException(
          "it holds the data of server %s, and this is server %d of zookeeper.embedded.quorum: was"
                  .formatted(kept, id)
              + " the order of the list changed?");
    }
  }

  private Properties properties() {
    ZooKeeperQuorum.Member own = quorum.member(id);
    var properties = new Properties();
    properties.setProperty("dataDir", directory.toString());
    properties.setProperty("tickTime", Integer.toString(EmbeddedZooKeeper.TICK_MS));
    properties.setProperty("initLimit", Integer.toString(JOIN_TICKS));
    properties.setProperty("syncLimit", Integer.toString(SILENT_TICKS));
    properties.setProperty(
        "minSessionTimeout", Integer.toString(EmbeddedZooKeeper.SHORTEST_SESSION_MS));
    properties.setProperty(
        "maxSessionTimeout", Integer.toString(EmbeddedZooKeeper.LONGEST_SESSION_MS));
    properties.setProperty("maxClientCnxns", "0");
    properties.setProperty("clientPort", Integer.toString(own.clientPort()));
    properties.setProperty("clientPortAddress", own.host());
    for (int server = 1; server <= quorum.voters().size(); server++) {
      ZooKeeperQuorum.Member member = quorum.member(server);
      String host = member.host().contains(":") ? "[" + member.host() + "]" : member.host();
      properties.setProperty(
          "server." + server, host + ":" + member.peerPort() + ":" + member.electionPort());
    }
    return properties;
  }

  @Override
  protected QuorumPeer getQuorumPeer() throws SaslException {
    return new Peer();
  }

  @Override
  public void end() {
    Thread.ofPlatform().daemon().name("stoker-zookeeper-close").start(this::close);
  }

  @Override
  public void release() {
    listener.serving(false);
    close();
  }

  private final class Peer extends QuorumPeer {
    Peer() throws SaslException {}

    @Override
    public synchronized void start() {
      super.start();
      listener.started(quorum.member(id).clientPort());
    }

    @Override
    public void setZabState(ZabState state) {
      super.setZabState(state);
      boolean isServing = state == ZabState.BROADCAST;
      if (isServing) {
        boolean leads = getPeerState() == ServerState.LEADING;
        LOG.info("ZooKeeper {} {} the quorum", id, leads ? "leads" : "follows in");
      }
      listener.serving(isServing);
    }

    @Override
    public void setZKDatabase(ZKDatabase database) {
      super.setZKDatabase(new WatchedDatabase(getTxnFactory()));
    }
  }

  /** Ends this life with the first write that fails. */
  private final class WatchedDatabase extends ZKDatabase {
    WatchedDatabase(FileTxnSnapLog files) {
      super(files);
    }

    @Override
    public boolean append(Request request) throws IOException {
      try {
        return super.append(request);
      } catch (IOException e) {
        failed(e);
        throw e;
      }
    }

    @Override
    public void rollLog() throws IOException {
      try {
        super.rollLog();
      } catch (IOException e) {
        failed(e);
        throw e;
      }
    }

    @Override
    public void commit() throws IOException {
      try {
        super.commit();
      } catch (IOException e) {
        failed(e);
        throw e;
      }
    }

    private void failed(IOException e) {
      LOG.warn("ZooKeeper cannot write in {}: {}", directory, e.getMessage());
      end();
    }
  }
}
