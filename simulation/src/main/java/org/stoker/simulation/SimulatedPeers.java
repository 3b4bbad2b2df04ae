package org.stoker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.broker.PeerNetwork;
import org.stoker.metadata.Endpoint;
import org.stoker.replication.PeerLink;

/** A broker's way to other brokers over the simulated network. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class SimulatedPeers implements PeerNetwork {
  private static final int REQUEST_TIMEOUT_MS = 5_000;
  private static final int BETWEEN_PROBES_MS = 20;

  private final SimulatedNetwork network;
  private final SimulatedProcess process;
  private final int self;

  SimulatedPeers(SimulatedNetwork network, SimulatedProcess process, int self) {
    this.network = network;
    this.process = process;
    this.self = self;
  }

  @Override
  public PeerLink connect(Endpoint endpoint, String clientId) {
    return new SimulatedLink(
        network,
        process,
        new SimulatedLink.Route(self, Machines.nodeOf(endpoint), clientId, REQUEST_TIMEOUT_MS));
  }

  @Override
  public Watch watch(Endpoint endpoint, Runnable onEnd) {
    var watch = new Watching(onEnd);
    network.connect(process, self, Machines.nodeOf(endpoint), watch::attempted);
    return watch;
  }

  private static final class Watching implements Watch {
    private final Runnable onEnd;
    private SimulatedNetwork.@Nullable End end;
    private boolean isClosed;

    Watching(Runnable onEnd) {
      this.onEnd = onEnd;
    }

    void attempted(SimulatedNetwork.Attempt outcome) {
      if (outcome instanceof SimulatedNetwork.Attempt.Connected(var connected)) {
        if (isClosed) {
          connected.close();
        } else {
          end = connected;
          connected.listen(_ -> {}, this::ended);
        }
      } else {
        ended();
      }
    }

    private void ended() {
      if (!isClosed) {
        onEnd.run();
      }
    }

    @Override
    public void close() {
      isClosed = true;
      if (end != null) {
        end.close();
      }
    }
  }

  @Override
  public CompletableFuture<Boolean> allRefuse(List<Endpoint> endpoints, int times) {
    return round(endpoints)
        .thenCompose(refuse -> {
          if (!refuse || times == 1) {
            return CompletableFuture.completedFuture(refuse);
          }
          var again = new CompletableFuture<Boolean>();
          process.after(
              BETWEEN_PROBES_MS,
              () -> {
                var _ = allRefuse(endpoints, times - 1).thenAccept(again::complete);
              });
          return again;
        });
  }

  private CompletableFuture<Boolean> round(List<Endpoint> endpoints) {
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      var answer = new CompletableFuture<Boolean>();
      answers.add(answer);
      network.connect(
          process,
          self,
          Machines.nodeOf(endpoint),
          outcome -> {
            if (outcome instanceof SimulatedNetwork.Attempt.Connected(var end)) {
              end.close();
            }
            answer.complete(outcome instanceof SimulatedNetwork.Attempt.Refused);
          });
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .thenApply(_ -> answers.stream().allMatch(CompletableFuture::join));
  }
}
