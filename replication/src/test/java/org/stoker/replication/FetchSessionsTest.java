package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoker.base.HeapBudget;
import org.stoker.base.Uuid;
import org.stoker.replication.FetchSession.FetchNews;
import org.stoker.replication.FetchSessions.Ask;
import org.stoker.replication.FetchSessions.Begun;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

final class FetchSessionsTest {
  private static final Uuid ORDERS = new Uuid(1, 2);

  private final SimulatedClock clock = new SimulatedClock();
  private final FetchSessions sessions =
      new FetchSessions(2, clock, new SplitMixSeed(1), new HeapBudget(1 << 20));

  private static FetchPosition position(int partition, long offset) {
    return new FetchPosition(ORDERS, "", partition, offset, 1_000, -1, -1, -1, Long.MAX_VALUE);
  }

  private static Ask ask(int id, int epoch, FetchPosition... positions) {
    return new Ask(id, epoch, true, false, List.of(positions), List.of());
  }

  private FetchSession newSession(FetchPosition... positions) {
    var begun = (Begun.NewSession) sessions.begin(ask(0, FetchSession.INITIAL_EPOCH, positions));
    begun.session().release();
    return begun.session();
  }

  private FetchSession goOn(FetchSession session, int epoch, FetchPosition... changed) {
    var begun = (Begun.Incremental) sessions.begin(ask(session.id(), epoch, changed));
    begun.session().release();
    return begun.session();
  }

  @Test
  void remembersWhatWasAskedForAndTakesOverWhatChanged() {
    FetchSession session = newSession(position(0, 10), position(1, 20));

    goOn(session, 1, position(1, 21), position(2, 0));

    assertThat(session.positions())
        .containsExactly(position(0, 10), position(1, 21), position(2, 0));
    assertThat(session.epoch()).isEqualTo(2);
  }

  @Test
  void forgetsWhatIsNoLongerWanted() {
    FetchSession session = newSession(position(0, 10), position(1, 20));

    sessions.begin(new Ask(session.id(), 1, true, false, List.of(), List.of(position(0, 0).key())));

    assertThat(session.positions()).containsExactly(position(1, 20));
  }

  @Test
  void aSessionThatWantsNothingAnyMoreEnds() {
    FetchSession session = newSession(position(0, 10));

    sessions.begin(new Ask(session.id(), 1, true, false, List.of(), List.of(position(0, 0).key())));

    assertThat(sessions.count()).isZero();
  }

  @Test
  void anUnknownSessionAndAWrongEpochAreRefused() {
    FetchSession session = newSession(position(0, 10));

    assertThat(sessions.begin(ask(session.id() + 1, 1))).isInstanceOf(Begun.UnknownSession.class);
    assertThat(sessions.begin(ask(session.id(), 5))).isEqualTo(new Begun.WrongEpoch(1));
    assertThat(sessions.begin(ask(session.id(), 1))).isInstanceOf(Begun.Incremental.class);
  }

  @Test
  void twoRequestsNeverHoldOneSession() {
    FetchSession session = newSession(position(0, 10));

    sessions.begin(ask(session.id(), 1));

    assertThat(sessions.begin(ask(session.id(), 2))).isInstanceOf(Begun.WrongEpoch.class);
  }

  @Test
  void namesAndIdsAreNotMixedWithinASession() {
    FetchSession session = newSession(position(0, 10));

    assertThat(sessions.begin(new Ask(session.id(), 1, false, false, List.of(), List.of())))
        .isInstanceOf(Begun.OtherTopicNaming.class);
  }

  @Test
  void aFinalEpochEndsTheSession() {
    FetchSession session = newSession(position(0, 10));

    Begun begun = sessions.begin(ask(session.id(), FetchSession.FINAL_EPOCH, position(0, 10)));

    assertThat(begun).isInstanceOf(Begun.WithoutSession.class);
    assertThat(sessions.count()).isZero();
  }

  @Test
  void withoutAPlaceAFetcherIsServedWithoutASession() {
    newSession(position(0, 0));
    newSession(position(0, 0));

    assertThat(sessions.begin(ask(0, FetchSession.INITIAL_EPOCH, position(0, 0))))
        .isInstanceOf(Begun.WithoutSession.class);
  }

  @Test
  void aSessionThatWasNotUsedForTwoMinutesGivesItsPlaceUp() {
    FetchSession stale = newSession(position(0, 0));
    FetchSession used = newSession(position(0, 0));
    clock.advanceMs(120_000);
    goOn(used, 1);

    newSession(position(0, 0));

    assertThat(sessions.begin(ask(stale.id(), 1))).isInstanceOf(Begun.UnknownSession.class);
    assertThat(sessions.begin(ask(used.id(), 2))).isInstanceOf(Begun.Incremental.class);
  }

  @Test
  void tellsOnlyWhatIsNew() {
    FetchSession session = newSession(position(0, 0));
    var key = position(0, 0).key();

    assertThat(session.mustTell(key, new FetchNews(false, false, 5, 0))).isTrue();
    assertThat(session.mustTell(key, new FetchNews(false, false, 5, 0))).isFalse();
    assertThat(session.mustTell(key, new FetchNews(false, false, 6, 0))).isTrue();
    assertThat(session.mustTell(key, new FetchNews(false, false, 6, 1))).isTrue();
    assertThat(session.mustTell(key, new FetchNews(true, false, 6, 1))).isTrue();
  }

  @Test
  void anErrorIsToldUntilItIsGoneAndThenThatItIsGone() {
    FetchSession session = newSession(position(0, 0));
    var key = position(0, 0).key();
    session.mustTell(key, new FetchNews(false, false, 5, 0));

    assertThat(session.mustTell(key, new FetchNews(true, true, -1, -1))).isTrue();
    assertThat(session.mustTell(key, new FetchNews(true, true, -1, -1))).isTrue();
    assertThat(session.mustTell(key, new FetchNews(false, false, 5, 0))).isTrue();
  }

  @Test
  void thoseThatGotDataAreServedLastTheNextTime() {
    FetchSession session = newSession(position(0, 0), position(1, 0));

    session.mustTell(position(0, 0).key(), new FetchNews(true, false, 5, 0));

    assertThat(session.positions()).containsExactly(position(1, 0), position(0, 0));
  }

  @Test
  void aFetcherOfMorePartitionsThanThereIsMemoryForIsServedWithoutASession() {
    var heap = new HeapBudget(1_000);
    var few = new FetchSessions(2, clock, new SplitMixSeed(1), heap);

    assertThat(few.begin(ask(0, 0, position(0, 0), position(1, 0), position(2, 0), position(3, 0))))
        .isEqualTo(new Begun.WithoutSession());
    assertThat(heap.usedBytes()).isZero();
    assertThat(few.begin(ask(0, 0, position(0, 0), position(1, 0))))
        .isInstanceOf(Begun.NewSession.class);
  }

  @Test
  void aSessionThatGrowsAboveTheMemoryIsEndedAndGivesItBack() {
    var heap = new HeapBudget(1_000);
    var few = new FetchSessions(2, clock, new SplitMixSeed(1), heap);
    var made = (Begun.NewSession) few.begin(ask(0, 0, position(0, 0), position(0, 1)));
    made.session().release();
    long used = heap.usedBytes();
    var grown = (Begun.Incremental) few.begin(ask(made.session().id(), 1, position(1, 0)));
    grown.session().release();
    assertThat(heap.usedBytes()).isEqualTo(2 * used);

    Begun tooMuch = few.begin(ask(made.session().id(), 2, position(2, 0), position(3, 0)));

    assertThat(tooMuch).isEqualTo(new Begun.UnknownSession());
    assertThat(heap.usedBytes()).isZero();
    assertThat(few.count()).isZero();
  }
}
