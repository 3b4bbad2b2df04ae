package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.records.CompressionType;

/**
 * Bytes made to hurt, against a broker with the heap it has by default. It lives, and a bystander
 * gets every record acknowledged and reads all of them; what that took is printed.
 */
final class HostileClientsIT {
  private static final int BOMB_SIZE_BYTES = 100 << 20;
  // Of snappy not more fits into a batch that a topic takes.
  private static final int SNAPPY_BOMB_SIZE_BYTES = 15 << 20;
  private static final List<String> COMPRESSIONS =
      List.of("producer", "uncompressed", "gzip", "lz4", "snappy", "zstd");

  private static final int IN_FLIGHT = 64;
  private static final int CORRELATION_ID_BYTES = 4;

  @TempDir private static Path data;

  private static BrokerProcess broker;
  private static Bystander bystander;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    QuietClients.hush();
    broker =
        BrokerProcess.start(
            BrokerMain.class,
            "start",
            "--verbose",
            "--data-dir",
            data.toString(),
            "--override",
            "listeners=PLAINTEXT://localhost:0");
    String address = broker.awaitReady();
    port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      List<NewTopic> topics = new ArrayList<>();
      topics.add(new NewTopic(BystanderMain.TOPIC, 1, (short) 1));
      for (String compression : COMPRESSIONS) {
        topics.add(
            new NewTopic("bomb-" + compression, 1, (short) 1)
                .configs(Map.of("compression.type", compression)));
      }
      admin.createTopics(topics).all().get();
    }
    bystander = Bystander.start(address);
  }

  @AfterAll
  static void theBystanderHasReadWhatItWrote() throws Exception {
    try {
      String said = bystander.end();
      System.out.println(said);
      assertThat(bystander.isContent()).as(said).isTrue();
      assertThat(broker.isAlive()).as(broker.toString()).isTrue();
      assertThat(broker.out()).noneMatch(line -> line.contains("silent for"));
      assertThat(broker.out()).noneMatch(line -> line.contains(" ERROR "));
    } finally {
      bystander.close();
      broker.close();
    }
  }

  private static void isServing(String after) throws IOException {
    assertThat(broker.isAlive()).as(broker.toString()).isTrue();
    try (RawConnection raw = new RawConnection(port)) {
      var answer =
          raw.ask(
              ApiVersionsResponse.class,
              ApiKeys.API_VERSIONS,
              (short) 0,
              new ApiVersionsRequestData());
      assertThat(answer.data().errorCode()).isEqualTo(Errors.NONE.code());
    }
    String status = Files.readString(Path.of("/proc", Long.toString(broker.pid()), "status"));
    status
        .lines()
        .filter(line -> line.startsWith("VmRSS"))
        .forEach(line -> System.out.println("after " + after + ": " + line));
  }

  @Test
  void bombsOfEveryCodecAreAnsweredOnEveryCompressionType() throws IOException {
    bystander.phase("bombs");
    for (CompressionType type : CompressionType.values()) {
      if (type == CompressionType.NONE) {
        continue;
      }
      int size = type == CompressionType.SNAPPY ? SNAPPY_BOMB_SIZE_BYTES : BOMB_SIZE_BYTES;
      ByteBuffer bomb = HostileFrames.bomb(type, size);
      for (String compression : COMPRESSIONS) {
        try (RawConnection raw = new RawConnection(port)) {
          Errors error = produce(raw, "bomb-" + compression, bomb);
          assertThat(error)
              .as(type + " on " + compression)
              .isIn(Errors.NONE, Errors.MESSAGE_TOO_LARGE);
          if (compression.equals("uncompressed")) {
            assertThat(error).isEqualTo(Errors.MESSAGE_TOO_LARGE);
          }
        }
      }
      isServing("bombs of " + type);
    }
    bystander.phase("after bombs");
  }

  private static Errors produce(RawConnection raw, String topic, ByteBuffer batch)
      throws IOException {
    ProduceResponse answer =
        raw.ask(
            ProduceResponse.class,
            ApiKeys.PRODUCE,
            (short) 12,
            HostileFrames.produce(topic, batch.duplicate()));
    return Errors.forCode(
        answer.data().responses().iterator().next().partitionResponses().getFirst().errorCode());
  }

  @Test
  void framesThatDripLeaveRoomForOthers() throws IOException {
    bystander.phase("drips");
    List<Socket> drips = new ArrayList<>();
    try {
      for (int size : new int[] {70_000, 1 << 20, 16 << 20, 100 << 20}) {
        for (int i = 0; i < 10; i++) {
          Socket drip = new Socket(InetAddress.getLoopbackAddress(), port);
          drips.add(drip);
          drip.getOutputStream().write(ByteBuffer.allocate(4).putInt(size).array());
          drip.getOutputStream().write(new byte[9_000]);
        }
        ByteBuffer large = HostileFrames.bomb(CompressionType.NONE, 900_000);
        for (int i = 0; i < 20; i++) {
          drop(drips);
          try (RawConnection raw = new RawConnection(port)) {
            assertThat(produce(raw, "bomb-producer", large)).isEqualTo(Errors.NONE);
          }
        }
      }
      isServing("drips");
    } finally {
      for (Socket drip : drips) {
        drip.close();
      }
    }
    bystander.phase("after drips");
  }

  private static void drop(List<Socket> drips) throws IOException {
    for (Socket drip : drips) {
      try {
        drip.getOutputStream().write(0);
      } catch (SocketException closed) {
        // The broker has had enough of it.
        drip.shutdownInput();
      }
    }
  }

  @Test
  void requestsOfMillionsOfElementsAreAnsweredOrRefused() throws IOException {
    List<Map.Entry<Integer, List<ByteBuffer>>> rounds = new ArrayList<>();
    for (int count : new int[] {50_000, 300_000, 1_000_000}) {
      rounds.add(
          Map.entry(
              count,
              List.of(
                  frame(ApiKeys.FETCH, (short) 7, HostileFrames.fetch(count, 0)),
                  frame(ApiKeys.FETCH, (short) 7, HostileFrames.fetch(count, 500)),
                  frame(ApiKeys.METADATA, (short) 9, HostileFrames.metadata(count)),
                  frame(ApiKeys.OFFSET_FETCH, (short) 5, HostileFrames.offsetFetch(count)),
                  frame(ApiKeys.DELETE_TOPICS, (short) 5, HostileFrames.deleteTopics(count)),
                  frame(ApiKeys.DESCRIBE_CONFIGS, (short) 1, HostileFrames.describeConfigs(count)),
                  frame(ApiKeys.LIST_OFFSETS, (short) 2, HostileFrames.listOffsets(count)),
                  frame(ApiKeys.PRODUCE, (short) 8, HostileFrames.emptyProduce(count)))));
    }
    // What the attacker takes of the processors is not the broker's doing.
    bystander.phase("arrays");
    for (var round : rounds) {
      for (ByteBuffer frame : round.getValue()) {
        tell(frame);
      }
      isServing("arrays of " + round.getKey());
    }
    bystander.phase("after arrays");
  }

  private static ByteBuffer frame(ApiKeys key, short version, ApiMessage request) {
    var header = new RequestHeader(key, version, "raw", 1);
    return RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
  }

  @Test
  void arraysOfEveryApiAreAnsweredOrRefused() throws IOException {
    Set<ApiKeys> withArrays = EnumSet.noneOf(ApiKeys.class);
    List<ByteBuffer> frames = new ArrayList<>();
    for (ApiVersion served : served()) {
      ApiKeys key = ApiKeys.forId(served.apiKey());
      // Of Produce more is advertised than there is.
      short oldest = (short) Math.max(served.minVersion(), key.oldestVersion());
      for (short version : new TreeSet<>(List.of(oldest, served.maxVersion()))) {
        int plainSize = HostileArrays.frame(key, version, 1, 1).remaining();
        for (var counts : List.of(new int[] {100_000, 1}, new int[] {1, 100_000})) {
          ByteBuffer frame = HostileArrays.frame(key, version, counts[0], counts[1]);
          if (frame.remaining() > plainSize + 50_000) {
            withArrays.add(key);
            frames.add(frame);
          }
        }
      }
    }
    assertThat(withArrays).hasSizeGreaterThan(25);
    bystander.phase("arrays of every API");
    for (ByteBuffer frame : frames) {
      tell(frame);
    }
    isServing("arrays of " + withArrays.size() + " APIs");
    bystander.phase("after arrays of every API");
  }

  private static Iterable<ApiVersion> served() throws IOException {
    try (RawConnection raw = new RawConnection(port)) {
      return raw.ask(
              ApiVersionsResponse.class,
              ApiKeys.API_VERSIONS,
              (short) 0,
              new ApiVersionsRequestData())
          .data()
          .apiKeys();
    }
  }

  private static void tell(ByteBuffer frame) throws IOException {
    try (RawConnection raw = new RawConnection(port)) {
      raw.send(frame);
      raw.isClosedByBroker();
    } catch (SocketException reset) {
      // Refused before all of it was sent.
      assertThat(broker.isAlive()).as(broker.toString()).isTrue();
    }
  }

  @Test
  void idsThatNobodyUsesAreRefusedWhenThereAreTooMany() throws IOException {
    bystander.phase("ids");
    try (RawConnection raw = new RawConnection(port)) {
      awaitCoordinator(raw, "ids");
      Map<Errors, Integer> joins = new EnumMap<>(Errors.class);
      for (int i = 0; i < 100_000; i += IN_FLIGHT) {
        for (int j = 0; j < IN_FLIGHT; j++) {
          // An id each, to come back with (KIP-394), in as many groups as there are requests.
          raw.tell(ApiKeys.JOIN_GROUP, (short) 5, HostileFrames.joinGroup("ids-" + (i + j), 1));
        }
        for (int j = 0; j < IN_FLIGHT; j++) {
          var joined =
              new JoinGroupResponseData(
                  new ByteBufferAccessor(raw.receive().position(CORRELATION_ID_BYTES)), (short) 5);
          joins.merge(Errors.forCode(joined.errorCode()), 1, Integer::sum);
        }
      }
      assertThat(joins.keySet())
          .containsExactlyInAnyOrder(Errors.MEMBER_ID_REQUIRED, Errors.GROUP_MAX_SIZE_REACHED);
      isServing("ids: " + joins);
    }
    try (RawConnection raw = new RawConnection(port)) {
      for (int i = 0; i < 20_000; i += IN_FLIGHT) {
        for (int j = 0; j < IN_FLIGHT; j++) {
          raw.tell(
              ApiKeys.INIT_PRODUCER_ID,
              (short) 4,
              new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1));
        }
        for (int j = 0; j < IN_FLIGHT; j++) {
          raw.receive();
        }
      }
      isServing("producer ids");
    }
    bystander.phase("after ids");
  }

  @Test
  void smallQuestionsWithLargeAnswersAreAnsweredInBoundedMemory() throws IOException {
    String group = "described";
    try (RawConnection member = new RawConnection(port)) {
      awaitCoordinator(member, group);
      var joined =
          member.ask(
              JoinGroupResponse.class,
              ApiKeys.JOIN_GROUP,
              (short) 3,
              HostileFrames.joinGroup(group, 400_000));
      assertThat(joined.error()).isEqualTo(Errors.NONE);
    }
    bystander.phase("answers");
    List<RawConnection> unread = new ArrayList<>();
    try {
      for (int round = 0; round < 10; round++) {
        for (var question :
            List.of(
                HostileFrames.describeBroker(4_000),
                HostileFrames.describeGroup(group, 4_000),
                HostileFrames.describeBroker(100),
                HostileFrames.describeGroup(group, 10),
                HostileFrames.offsetsOf(group, 4_000))) {
          var connection = new RawConnection(port);
          unread.add(connection);
          ApiKeys key = ApiKeys.forId(question.apiKey());
          connection.tell(key, key.latestVersion(), question);
        }
        isServing("ten unread answers more");
      }
      tell(ApiKeys.DESCRIBE_CONFIGS, (short) 4, HostileFrames.describeBroker(4_000));
      tell(ApiKeys.DESCRIBE_GROUPS, (short) 5, HostileFrames.describeGroup(group, 4_000));
      isServing("unread answers");
    } finally {
      for (RawConnection connection : unread) {
        connection.close();
      }
    }
    bystander.phase("after answers");
  }

  private static void awaitCoordinator(RawConnection connection, String group) {
    Awaitility.await()
        .atMost(RunningBroker.PATIENCE)
        .pollInSameThread()
        .until(() ->
            connection
                    .ask(
                        FindCoordinatorResponse.class,
                        ApiKeys.FIND_COORDINATOR,
                        (short) 4,
                        new FindCoordinatorRequestData().setCoordinatorKeys(List.of(group)))
                    .data()
                    .coordinators()
                    .getFirst()
                    .errorCode()
                == Errors.NONE.code());
  }

  /** Whether it is answered or refused is up to the broker. */
  private static void tell(ApiKeys key, short version, ApiMessage request) throws IOException {
    try (RawConnection raw = new RawConnection(port)) {
      raw.tell(key, version, request);
      raw.isClosedByBroker();
    } catch (SocketException reset) {
      // Refused before all of it was sent.
      assertThat(broker.isAlive()).as(broker.toString()).isTrue();
    }
  }
}
