package org.stoker.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Pools and the accounts of their owners. */
final class MemoryShareTest {
  private static final class TurnedClock implements Clock {
    private long nowMs;

    @Override
    public long wallMs() {
      return nowMs;
    }

    @Override
    public long monotonicNs() {
      return nowMs * 1_000_000;
    }
  }

  private final TurnedClock clock = new TurnedClock();
  private final MemoryPool pool = new MemoryPool("Things", "keys bound them", 100, clock);
  private final MemoryShare share = new MemoryShare(pool);
  private final MemoryShare other = new MemoryShare(pool);

  @Test
  void ownersThatDecideAtOnceDoNotPassTheLimitTogether() {
    assertThat(share.tryPrepare(60)).isTrue();

    assertThat(other.tryPrepare(60)).isFalse();
    share.change(60);
    other.change(0);

    assertThat(pool.usedBytes()).isEqualTo(60);
  }

  @Test
  void whatIsMadeUsesUpWhatWasPrepared() {
    share.tryPrepare(60);

    share.change(25);
    share.change(25);
    share.change(25);

    assertThat(pool.usedBytes()).isEqualTo(75);
    assertThat(share.heldBytes()).isEqualTo(75);
  }

  @Test
  void preparingTwiceForOneDecisionClaimsOnce() {
    assertThat(share.tryPrepare(60)).isTrue();
    assertThat(share.tryPrepare(80)).isTrue();
    assertThat(share.tryPrepare(10)).isTrue();

    assertThat(pool.usedBytes()).isEqualTo(80);
  }

  @Test
  void whatWasPreparedAndNotMadeIsReleasedWhenTheDecisionIsCarriedOut() {
    share.tryPrepare(60);
    share.change(10);

    share.settle();

    assertThat(pool.usedBytes()).isEqualTo(10);
    assertThat(other.tryPrepare(90)).isTrue();
  }

  @Test
  void growthMayUseTheReserveAndNewClaimsMayNot() {
    share.change(100);

    assertThat(share.tryPrepare(1)).isFalse();
    assertThat(share.tryPrepareFromReserve(26)).isFalse();
    assertThat(share.tryPrepareFromReserve(25)).isTrue();
  }

  @Test
  void whatIsThereAlreadyIsCountedWhateverTheLimitSays() {
    share.change(125);
    assertThat(pool.isExhausted()).isFalse();

    share.change(1);

    assertThat(pool.isExhausted()).isTrue();
    assertThat(pool.usedBytes()).isEqualTo(126);
  }

  @Test
  void aClosedShareHoldsNothing() {
    share.tryPrepare(60);
    share.change(10);

    share.close();
    share.change(5);
    share.tryPrepare(5);

    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  void warningsAreAMinuteApart() {
    var warnings = new WarningInterval(clock);

    assertThat(warnings.isDue()).isTrue();
    clock.nowMs = 59_999;
    assertThat(warnings.isDue()).isFalse();
    clock.nowMs = 60_000;
    assertThat(warnings.isDue()).isTrue();
    assertThat(warnings.isDue()).isFalse();
  }
}
