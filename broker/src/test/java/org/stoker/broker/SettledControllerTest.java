package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stoker.handlers.ControllerPort;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.DeletedTopic;
import org.stoker.testkit.SimulatedClock;

/** When the answer to a change of the cluster leaves. */
final class SettledControllerTest {
  private static final Command<List<DeletedTopic>> CHANGE = new Command.DeleteTopics(List.of());
  private static final long TIMEOUT_MS = 500;

  private final SimulatedClock clock = new SimulatedClock();
  private final CompletableFuture<Void> settled = new CompletableFuture<>();
  private final CompletableFuture<List<DeletedTopic>> reply =
      new SettledController(new Decides(), () -> settled, clock, clock).submit(CHANGE, TIMEOUT_MS);

  private static final class Decides implements ControllerPort {
    @Override
    @SuppressWarnings("unchecked") // There is only one command here, and it replies with a list.
    public <R> CompletableFuture<R> submit(Command<R> command, long timeoutMs) {
      return CompletableFuture.completedFuture((R) List.of());
    }
  }

  @Test
  void aChangeIsAnsweredWhenThisBrokerServesIt() {
    clock.advanceMs(TIMEOUT_MS - 1);
    assertThat(reply).isNotDone();

    settled.complete(null);

    assertThat(reply).isCompletedWithValue(List.of());
  }

  @Test
  void aChangeThatADiskIsSlowToFollowIsAnsweredAsDecidedWhenTheTimeIsUp() {
    clock.advanceMs(TIMEOUT_MS);

    assertThat(reply).isCompletedWithValue(List.of());
  }
}
