package org.stoker.broker;

/** One life of a ZooKeeper inside the broker, alone or as one of a quorum. */
interface EmbeddedServer {
  /** What the server tells whoever runs it. */
  interface Listener {
    /** It listens; of a quorum it may still have to find the others. */
    void started(int clientPort);

    /** Whether it answers clients from now on. */
    void serving(boolean isServing);
  }

  /** Returns when the server has ended, for whatever reason. */
  void run() throws Exception;

  /** Ends {@link #run}, from any thread, without waiting for it. */
  void end();

  /** After a start that failed half way threads and ports would stay behind. */
  void release();
}
