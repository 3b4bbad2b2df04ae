package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.metadata.Outcome.Done;

/** What every implementation of the seam promises; the log and the election rest on it. */
abstract class CoordinationSessionContractTest {
  static final int SESSION_TIMEOUT_MS = 4_000;
  private static final long TIMEOUT_MS = 20_000;

  abstract CoordinationSession open(Consumer<SessionEvent> events);

  /** Ends the session at the ensemble, whatever its client thinks. */
  abstract void expire(CoordinationSession session);

  /** Breaks the connections of all clients, which then find their way back. */
  abstract void breakConnections();

  /** Lets time pass until the future is complete. */
  abstract void runUntil(CompletableFuture<?> future);

  private CoordinationSession open() {
    return open(_ -> {});
  }

  private <T> T await(CompletableFuture<T> future) {
    runUntil(future.orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS));
    return future.join();
  }

  private Outcome<Done> write(CoordinationSession session, Change... changes) {
    var answer = new CompletableFuture<Outcome<Done>>();
    session.write(List.of(changes), answer::complete);
    return await(answer);
  }

  private Outcome<Node> get(CoordinationSession session, String path, @Nullable Runnable watch) {
    var answer = new CompletableFuture<Outcome<Node>>();
    session.get(path, watch, answer::complete);
    return await(answer);
  }

  private Node node(CoordinationSession session, String path) {
    return get(session, path, null) instanceof Outcome.Ok<Node>(Node node)
        ? node
        : new Node(bytes("none"), -1, -1, -1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static final Outcome<Done> DONE = new Outcome.Ok<>(Done.DONE);

  @Test
  void aNodeIsReadAsItWasWritten() {
    CoordinationSession session = open();

    assertThat(write(session, Change.create("/a", bytes("one")))).isEqualTo(DONE);

    Node node = node(session, "/a");
    assertThat(node.data()).isEqualTo(bytes("one"));
    assertThat(node.version()).isZero();
    assertThat(node.ephemeralOwner()).isZero();
  }

  @Test
  void aSetNamesTheVersionItReplaces() {
    CoordinationSession session = open();
    write(session, Change.create("/a", bytes("one")));

    assertThat(write(session, new Change.Set("/a", bytes("two"), 0))).isEqualTo(DONE);
    assertThat(write(session, new Change.Set("/a", bytes("three"), 0)))
        .isEqualTo(new Outcome.BadVersion<>(0));

    assertThat(node(session, "/a").version()).isEqualTo(1);
    assertThat(node(session, "/a").data()).isEqualTo(bytes("two"));
  }

  @Test
  void aMultiHappensAsAWholeOrNotAtAllAndNamesWhatFailed() {
    CoordinationSession session = open();
    write(session, Change.create("/a", bytes("")));

    assertThat(
            write(
                session,
                new Change.Check("/a", 0),
                Change.create("/b", bytes("")),
                new Change.Set("/a", bytes("x"), 7)))
        .isEqualTo(new Outcome.BadVersion<>(2));
    assertThat(get(session, "/b", null)).isEqualTo(new Outcome.NoNode<>(0));
    assertThat(write(session, new Change.Check("/a", 3), Change.create("/b", bytes(""))))
        .isEqualTo(new Outcome.BadVersion<>(0));
    assertThat(write(session, Change.create("/b", bytes("")), Change.create("/a", bytes(""))))
        .isEqualTo(new Outcome.NodeExists<>(1));
    assertThat(write(session, new Change.Check("/none", 0))).isEqualTo(new Outcome.NoNode<>(0));
  }

  @Test
  void laterChangesOfAMultiSeeEarlierOnes() {
    CoordinationSession session = open();
    write(session, Change.create("/tail", bytes("old")));
    write(session, new Change.Set("/tail", bytes("older"), 0));

    assertThat(
            write(
                session,
                new Change.Delete("/tail", 1),
                Change.create("/tail", bytes("new")),
                Change.create("/tail/child", bytes(""))))
        .isEqualTo(DONE);

    assertThat(node(session, "/tail").version()).isZero();
    assertThat(node(session, "/tail").data()).isEqualTo(bytes("new"));
  }

  @Test
  void aNodeThatIsMadeAgainIsAnotherOne() {
    CoordinationSession session = open();
    write(session, Change.create("/a", bytes("")));
    long first = node(session, "/a").createdAt();

    write(session, new Change.Delete("/a", 0), Change.create("/a", bytes("")));

    assertThat(node(session, "/a").createdAt()).isGreaterThan(first);
  }

  @Test
  void aNodeWithChildrenStays() {
    CoordinationSession session = open();
    write(session, Change.create("/a", bytes("")), Change.create("/a/b", bytes("")));

    assertThat(write(session, new Change.Delete("/a", 0))).isEqualTo(new Outcome.NotEmpty<>(0));
    assertThat(write(session, Change.create("/missing/child", bytes(""))))
        .isEqualTo(new Outcome.NoNode<>(0));
  }

  @Test
  void childrenAreListedByName() {
    CoordinationSession session = open();
    write(session, Change.create("/a", bytes("")));
    write(session, Change.create("/a/x", bytes("")), Change.create("/a/y", bytes("")));

    var answer = new CompletableFuture<Outcome<List<String>>>();
    session.children("/a", null, answer::complete);

    assertThat(await(answer))
        .isInstanceOfSatisfying(
            Outcome.Ok.class, ok -> assertThat((List<?>) ok.value()).hasSize(2));
    var none = new CompletableFuture<Outcome<List<String>>>();
    session.children("/none", null, none::complete);
    assertThat(await(none)).isEqualTo(new Outcome.NoNode<>(0));
  }

  @Test
  void aDataWatchFiresOnceWhenAnotherSessionSetsTheNode() {
    CoordinationSession reader = open();
    CoordinationSession writer = open();
    write(writer, Change.create("/a", bytes("")));
    await(untilFound(reader, "/a"));
    var fired = new CompletableFuture<Void>();
    get(reader, "/a", () -> complete(fired));

    write(writer, new Change.Set("/a", bytes("new"), 0));
    await(fired);

    assertThat(node(reader, "/a").data()).isEqualTo(bytes("new"));
  }

  /** Completing twice is what the test is to notice. */
  private static void complete(CompletableFuture<Void> fired) {
    if (!fired.complete(null)) {
      throw new AssertionError("a watch fired twice");
    }
  }

  private CompletableFuture<Void> untilFound(CoordinationSession session, String path) {
    var found = new CompletableFuture<Void>();
    var look =
        new Runnable() {
          @Override
          public void run() {
            session.get(
                path,
                this,
                outcome -> {
                  if (outcome instanceof Outcome.Ok<Node>) {
                    found.complete(null);
                  }
                });
          }
        };
    look.run();
    return found;
  }

  @Test
  void aWatchOnAMissingNodeFiresWhenItIsMade() {
    CoordinationSession reader = open();
    CoordinationSession writer = open();
    var fired = new CompletableFuture<Void>();
    get(reader, "/a", () -> complete(fired));

    write(writer, Change.create("/a", bytes("here")));
    await(fired);

    assertThat(node(reader, "/a").data()).isEqualTo(bytes("here"));
  }

  @Test
  void aWatchSurvivesABrokenConnection() {
    CoordinationSession reader = open();
    CoordinationSession writer = open();
    write(writer, Change.create("/a", bytes("")));
    await(untilFound(reader, "/a"));
    var fired = new CompletableFuture<Void>();
    get(reader, "/a", () -> complete(fired));

    breakConnections();
    Outcome<Done> outcome = write(writer, new Change.Set("/a", bytes("new"), 0));
    while (outcome instanceof Outcome.Unknown<Done>) {
      outcome = write(writer, new Change.Set("/a", bytes("new"), 0));
    }

    await(fired);
  }

  @Test
  void aWatchOnChildrenFiresWhenOneComes() {
    CoordinationSession session = open();
    write(session, Change.create("/a", bytes("")));
    var fired = new CompletableFuture<Void>();
    var answer = new CompletableFuture<Outcome<List<String>>>();
    session.children("/a", () -> complete(fired), answer::complete);
    await(answer);

    write(session, Change.create("/a/child", bytes("")));

    await(fired);
  }

  @Test
  void anEphemeralNodeGoesWithItsSession() {
    CoordinationSession owner = open();
    CoordinationSession other = open();
    write(owner, Change.createEphemeral("/mine", bytes("")));
    await(untilFound(other, "/mine"));
    assertThat(node(other, "/mine").ephemeralOwner()).isEqualTo(owner.id()).isNotZero();
    var gone = new CompletableFuture<Void>();
    get(other, "/mine", () -> complete(gone));

    owner.close();

    await(gone);
    assertThat(get(other, "/mine", null)).isEqualTo(new Outcome.NoNode<>(0));
  }

  @Test
  void anExpiredSessionIsToldAndDoesNothingMore() {
    var expired = new CompletableFuture<Void>();
    CoordinationSession owner =
        open(event -> {
          if (event == SessionEvent.EXPIRED) {
            expired.complete(null);
          }
        });
    CoordinationSession other = open();
    write(owner, Change.createEphemeral("/mine", bytes("")));

    expire(owner);
    await(expired);

    assertThat(write(owner, Change.create("/late", bytes("")))).isEqualTo(new Outcome.Expired<>());
    // A session sees at least what was there when it last wrote.
    write(other, Change.create("/seen", bytes("")));
    assertThat(get(other, "/late", null)).isEqualTo(new Outcome.NoNode<>(0));
    assertThat(get(other, "/mine", null)).isEqualTo(new Outcome.NoNode<>(0));
  }

  @Test
  void requestsTakeEffectAndAreAnsweredInTheirOrder() {
    CoordinationSession session = open();
    var answers = new ArrayList<Integer>();
    var last = new CompletableFuture<Void>();
    write(session, Change.create("/a", bytes("")));

    for (int version = 0; version < 20; version++) {
      int request = version;
      session.write(
          new Change.Set("/a", bytes("x"), version),
          outcome -> {
            if (outcome.equals(DONE)) {
              answers.add(request);
            }
            if (request == 19) {
              last.complete(null);
            }
          });
    }
    await(last);

    assertThat(answers).hasSize(20).isSorted();
  }
}
