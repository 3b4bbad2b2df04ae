package org.stoker.handlers;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.CpuLoad;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.FileDisk;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.AppendOrigin;
import org.stoker.log.LinuxPageCache;
import org.stoker.log.Log;
import org.stoker.log.LogConfig;
import org.stoker.log.LogDirectory;
import org.stoker.log.LogDirectoryConfig;
import org.stoker.log.LogEnvironment;
import org.stoker.log.ProducerMemory;
import org.stoker.metadata.ClusterImage;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.records.BatchBuilder;
import org.stoker.records.Compression;
import org.stoker.records.ProduceRules;
import org.stoker.records.TimestampType;
import org.stoker.replication.AppendCommand;
import org.stoker.replication.FetchPosition;
import org.stoker.replication.IsrProposal;
import org.stoker.replication.Partition;
import org.stoker.replication.PartitionState;
import org.stoker.replication.Partitions;
import org.stoker.replication.ReplicationThrottle;
import org.stoker.replication.ThrottledReplicas;
import org.stoker.replication.TopicRules;
import org.stoker.replication.WriteGate;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/** Fetches that read cold records on another thread while other partitions go on. */
final class FetchWorkTest {
  private static final Uuid TOPIC = new Uuid(1, 2);
  private static final int SELF = 1;
  private static final int FRESH = 0;
  private static final int OLD = 1;
  // More than what is read to find its place.
  private static final int LARGE = 200_000;
  private static final TopicRules RULES =
      new TopicRules(
          LogConfig.DEFAULT,
          new ProduceRules(1 << 20, 1 << 20, false, TimestampType.CREATE_TIME, 1, 1, null),
          1,
          ThrottledReplicas.NONE,
          ThrottledReplicas.NONE);

  private final SimulatedClock clock = new SimulatedClock();
  private final DiskWithHook disk = new DiskWithHook();
  private final Queue<Runnable> readers = new ArrayDeque<>();
  private final Partitions partitions = new Partitions();
  @TempDir Path root;
  private LogDirectory directory;

  @BeforeEach
  void open() throws Exception {
    directory =
        LogDirectory.lock(
            LogDirectoryConfig.at(root).withReserveBytes(0),
            new LogEnvironment(
                disk.asDisk(),
                clock,
                clock,
                new SplitMixSeed(1),
                Runnable::run,
                name -> new CallerRunsLane(name.toString(), Runnable::run),
                ProducerMemory.ofHeap(1 << 28, clock)),
            new LogDirectory.FlushThreads(Runnable::run, Runnable::run, CpuLoad.LOW, null),
            failure -> {
              throw new AssertionError(failure);
            });
    directory.identify(SELF, "cluster");
    directory.load(_ -> LogConfig.DEFAULT);
  }

  /** The machine's disk, on which something happens just before a file is read. */
  private static final class DiskWithHook {
    private final Disk below = new FileDisk();
    private @Nullable Path file;
    private Runnable hook = () -> {};

    void beforeNextReadOf(Path path, Runnable task) {
      file = path;
      hook = task;
    }

    Disk asDisk() {
      return proxy(
          Disk.class,
          (method, arguments) -> {
            Object result = call(method, below, arguments);
            return result instanceof DiskFile opened ? hooked(opened) : result;
          });
    }

    private DiskFile hooked(DiskFile opened) {
      return proxy(
          DiskFile.class,
          (method, arguments) -> {
            if (method.getName().equals("read") && opened.path().equals(file)) {
              file = null;
              hook.run();
            }
            return call(method, opened, arguments);
          });
    }

    private interface Calls {
      @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments)
          throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Calls calls) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (_, method, arguments) -> calls.call(method, arguments)));
    }

    private static @Nullable Object call(
        Method method, Object target, @Nullable Object @Nullable [] arguments) throws Throwable {
      try {
        return method.invoke(target, arguments);
      } catch (InvocationTargetException e) {
        throw requireNonNull(e.getCause());
      }
    }
  }

  /** This broker is alone. */
  private final class Alone implements Partition.Cluster, WriteGate {
    @Override
    public int self() {
      return SELF;
    }

    @Override
    public long selfEpoch() {
      return 1;
    }

    @Override
    public boolean mayBeInSync(int broker, long brokerEpoch) {
      return true;
    }

    @Override
    public long mostLagNs() {
      return Long.MAX_VALUE;
    }

    @Override
    public ReplicationThrottle leaderThrottle() {
      return new ReplicationThrottle(clock, () -> Long.MAX_VALUE);
    }

    @Override
    public ReplicationThrottle followerThrottle() {
      return leaderThrottle();
    }

    @Override
    public IsrProposal.Port controller() {
      return (_, _) -> {
        throw new AssertionError("nobody falls behind");
      };
    }

    @Override
    public boolean acceptsWrites() {
      return true;
    }

    @Override
    public boolean mayAppend() {
      return true;
    }
  }

  private Partition lead(Log log) {
    var alone = new Alone();
    var partition =
        new Partition(
            TOPIC, log, 0, RULES, new Partition.Setting(Runnable::run, clock, alone, alone));
    partition.lead(new PartitionState(SELF, 1, 1, List.of(SELF), List.of(SELF)));
    partitions.add(partition);
    return partition;
  }

  private void append(Partition partition, int sizeBytes) {
    var batch = BatchBuilder.of(Compression.NONE);
    batch.append(clock.wallMs(), null, new byte[sizeBytes]);
    partition.append(new AppendCommand(batch.build(), AppendOrigin.COORDINATOR, false, _ -> {}));
  }

  private Partition create(int index) throws Exception {
    return lead(directory.create(new TopicPartition("orders", index), TOPIC, LogConfig.DEFAULT));
  }

  /** Its first record is so old that nobody expects it in the page cache, where it is not. */
  private Partition withAnOldRecord() throws Exception {
    Partition partition = create(OLD);
    append(partition, LARGE);
    for (int i = 0; i < 40; i++) {
      append(partition, 1_000_000);
    }
    LinuxPageCache.drop(segmentOf(OLD));
    assumeTrue(partition.reads().isCold(0, false), "the page cache can be told what to forget");
    return partition;
  }

  private Path segmentOf(int index) {
    return root.resolve("orders-" + index).resolve("00000000000000000000.log");
  }

  private static FetchPosition from(int partition, int maxBytes) {
    return new FetchPosition(
        TOPIC, "orders", partition, 0, maxBytes, -1, -1, -1, FetchPosition.ANY_HIGH_WATERMARK);
  }

  private FetchWork fetch(AskedRequest request, FetchRequest body, FetchPosition... positions) {
    return new FetchWork(
        request,
        body,
        List.of(positions),
        null,
        true,
        Runnable::run,
        new FetchWork.Setting(
            new PartitionLookup(() -> ClusterImage.empty("cluster"), partitions),
            new ReadReplicas(() -> ClusterImage.empty("cluster"), SELF, false),
            readers::add,
            clock,
            1 << 20));
  }

  @Test
  void aParkedFetchWhoseClientIsGoneLeavesThePartitionAndGivesItsMemoryBack() throws Exception {
    Partition fresh = create(FRESH);
    var body = new FetchRequest().setMinBytes(1).setMaxWaitMs(300_000).setMaxBytes(1 << 20);
    var request = new AskedRequest(ApiKey.FETCH, (short) 12, body);
    fetch(request, body, from(FRESH, 1 << 20)).start();
    assertThat(fresh.consumers().size()).isEqualTo(1);

    request.end();

    assertThat(fresh.consumers().size()).isZero();
    assertThat(request.isFinished()).isTrue();
    assertThat(request.isClosed()).isFalse();
    append(fresh, 100);
    clock.advanceMs(300_000);
    directory.stop(1).join();
  }

  @Test
  void aFetchWhoseClientIsGoneWhileColdRecordsAreReadIsNotAnswered() throws Exception {
    Partition fresh = create(FRESH);
    withAnOldRecord();
    var body = new FetchRequest().setMinBytes(LARGE + 150).setMaxWaitMs(500).setMaxBytes(1 << 20);
    var request = new AskedRequest(ApiKey.FETCH, (short) 12, body);
    fetch(request, body, from(FRESH, 1 << 20), from(OLD, 2 * LARGE)).start();
    readers.remove().run();
    append(fresh, 200);

    request.end();
    readers.remove().run();

    assertThat(request.isFinished()).isTrue();
    assertThat(readers).isEmpty();
    directory.stop(1).join();
  }

  @Test
  void recordsCommittedWhileAParkedFetchReadsColdOnesAnswerIt() throws Exception {
    Partition fresh = create(FRESH);
    withAnOldRecord();
    var body = new FetchRequest().setMinBytes(LARGE + 150).setMaxWaitMs(500).setMaxBytes(1 << 20);
    var request = new AskedRequest(ApiKey.FETCH, (short) 12, body);
    fetch(request, body, from(FRESH, 1 << 20), from(OLD, 2 * LARGE)).start();
    readers.remove().run();
    assertThat(readers).as("parked, and looking once more").hasSize(1);

    // Behind the look at the fresh partition, before that at the old one.
    disk.beforeNextReadOf(segmentOf(OLD), () -> append(fresh, 100));
    readers.remove().run();

    var response = request.answer(FetchResponse.class);
    assertThat(response.responses().getFirst().partitions())
        .allMatch(partition -> requireNonNull(partition.records()).sizeInBytes() > 0);
    directory.stop(1).join();
  }
}
