package org.stoker.metadata;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stoker.base.Uuid;

/** Something that follows from a broker's life; the controller asks it of itself. */
public sealed interface BrokerCommand extends Command<Result> {
  /**
   * The brokers that are registered now, by id.
   *
   * @param takingOver whether this is the first of an epoch, which leaves a record in any case
   * @param dead runs of brokers that are gone although they are registered: they are fenced
   */
  record ReconcileBrokers(Map<Integer, BrokerImage> registered, boolean takingOver, Set<Uuid> dead)
      implements BrokerCommand {
    ReconcileBrokers(Map<Integer, BrokerImage> registered, boolean takingOver) {
      this(registered, takingOver, Set.of());
    }

    @Override
    public Decision<Result> decide(Controller controller, ClusterImage image) {
      return controller.brokers().reconcile(image, this);
    }
  }

  /** A broker must not lead nor be in sync any more, although its session lives. */
  record Fence(int brokerId, long brokerEpoch) implements BrokerCommand {
    @Override
    public Decision<Result> decide(Controller controller, ClusterImage image) {
      return controller.brokers().fence(image, this);
    }
  }

  /** A broker that was fenced is alive, and has caught up with the log of changes. */
  record Unfence(int brokerId, long brokerEpoch) implements BrokerCommand {
    @Override
    public Decision<Result> decide(Controller controller, ClusterImage image) {
      return controller.brokers().unfence(image, this);
    }
  }

  /** Log directories of a running broker have failed (KIP-858): what is in them is offline. */
  record DirectoriesFailed(int brokerId, long brokerEpoch, List<Uuid> failed)
      implements BrokerCommand {
    public DirectoriesFailed {
      failed = List.copyOf(failed);
    }

    @Override
    public Decision<Result> decide(Controller controller, ClusterImage image) {
      return controller.brokers().directoriesFailed(image, this);
    }
  }

  /** A broker is about to stop: others lead first, where there are others. */
  record ShutDown(int brokerId, long brokerEpoch) implements BrokerCommand {
    @Override
    public Decision<Result> decide(Controller controller, ClusterImage image) {
      return controller.brokers().shutDown(image, this);
    }
  }

  /** UnregisterBroker (KIP-631): the cluster forgets a broker that is gone for good. */
  record Unregister(int brokerId) implements BrokerCommand {
    @Override
    public Decision<Result> decide(Controller controller, ClusterImage image) {
      return controller.brokers().unregister(image, this);
    }
  }

  @Override
  default Result failed(Result result) {
    return result;
  }
}
