package org.stoker.handlers;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Heartbeat;
import org.stoker.metadata.MetadataQuorum;

/** What this broker, as the controller, hears of the brokers and knows of them. */
public interface MemberPort {
  /** Refused while another broker is the controller. */
  CompletableFuture<Heartbeat.Reply> heard(Heartbeat heartbeat);

  /** How far each has come with the cluster's log; null while another broker is the controller. */
  CompletableFuture<@Nullable MetadataQuorum> quorum();
}
