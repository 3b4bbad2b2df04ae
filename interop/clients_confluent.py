"""What interop/run asks of confluent-kafka for Python: each scenario is a function that raises when it fails."""

import functools
import sys
import threading
import time

from confluent_kafka import (
    OFFSET_BEGINNING,
    TIMESTAMP_CREATE_TIME,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

BOOTSTRAP = ""
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
PATIENCE_S = 40

# A batch of one record without key: 61 bytes of header, 11 around the value. The largest that fits the default limit.
LARGEST_VALUE = 1048588 - 72


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def same(actual, expected, what):
    check(actual == expected, f"{what}: {str(actual)[:300]} instead of {str(expected)[:300]}")


def eventually(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        check(time.monotonic() < end, f"not in time: {what}")
        time.sleep(0.1)


def producer(**settings):
    return Producer({"bootstrap.servers": BOOTSTRAP, **settings})


def consumer(group, **settings):
    return Consumer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": False,
            "session.timeout.ms": 6000,
            **settings,
        }
    )


@functools.cache
def admin():
    # One for the whole run: its pending operations end with it.
    return AdminClient({"bootstrap.servers": BOOTSTRAP})


def done(futures):
    for future in futures.values():
        future.result(PATIENCE_S)


def create(topic, partitions=1, **config):
    done(admin().create_topics([NewTopic(topic, partitions, 1, config=config)]))


class Sent:
    """Delivery reports of one producer."""

    def __init__(self, client):
        self.client = client
        self.errors = []
        self.messages = []

    def report(self, error, message):
        if error is None:
            self.messages.append((message.partition(), message.offset(), message.value()))
        else:
            self.errors.append(error)

    def send(self, topic, value, **more):
        while True:
            try:
                self.client.produce(topic, value, on_delivery=self.report, **more)
                return
            except BufferError:
                self.client.poll(0.1)

    def flush(self):
        same(self.client.flush(PATIENCE_S), 0, "records left unsent")

    def flush_all_accepted(self):
        self.flush()
        same(self.errors, [], "delivery errors")


def read(client, count):
    """Exactly so many records of whatever the client is assigned, none of them an error."""
    messages = []
    end = time.monotonic() + PATIENCE_S
    while len(messages) < count:
        check(time.monotonic() < end, f"only {len(messages)} of {count} records came in time")
        message = client.poll(0.5)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
        messages.append(message)
    return messages


def read_from(topic, count, offset=OFFSET_BEGINNING, partition=0):
    client = consumer("reader-of-" + topic, **{"enable.auto.commit": False})
    try:
        client.assign([TopicPartition(topic, partition, offset)])
        return read(client, count)
    finally:
        client.close()


# ---- Scenarios.


def compression():
    values = [f"record {i} {'abc' * (i % 50)}".encode() for i in range(2000)]
    for codec in CODECS:
        topic = f"confluent-compression-{codec}"
        create(topic)
        sent = Sent(producer(**{"compression.type": codec, "linger.ms": 20}))
        for value in values:
            sent.send(topic, value)
        sent.flush_all_accepted()
        same([m.value() for m in read_from(topic, len(values))], values, codec)


def records():
    topic = "confluent-records"
    create(topic, **{"retention.ms": "-1"})
    written = [
        ("key", b"value", 1600000000001, [("a", b"1"), ("a", b"2"), ("none", None), ("binary", bytes(range(256)))]),
        (None, b"no key", 1600000000002, []),
        (b"tombstone", None, 1600000000003, [("why", b"deleted")]),
        (b"", b"", 1600000000004, [("", b"")]),
        ("schlüssel", "größe".encode(), 0, []),
    ]
    sent = Sent(producer())
    for key, value, timestamp, headers in written:
        # Zero means "now" to librdkafka.
        sent.send(topic, value, key=key, headers=headers, timestamp=timestamp)
    before_ms = time.time() * 1000
    sent.flush_all_accepted()
    messages = read_from(topic, len(written))
    for (key, value, timestamp, headers), message in zip(written, messages):
        same(message.key(), key.encode() if isinstance(key, str) else key, "key")
        same(message.value(), value, "value")
        same(message.headers() or [], headers, "headers")
        kind, actual = message.timestamp()
        same(kind, TIMESTAMP_CREATE_TIME, "kind of timestamp")
        if timestamp:
            same(actual, timestamp, "timestamp")
        else:
            check(abs(actual - before_ms) < 60000, f"timestamp {actual} is not now")
    same([m.offset() for m in messages], list(range(len(written))), "offsets")


def idempotence():
    topic = "confluent-idempotence"
    create(topic, 3)
    sent = Sent(producer(**{"enable.idempotence": True, "batch.num.messages": 50, "linger.ms": 1}))
    for i in range(10000):
        sent.send(topic, str(i).encode(), partition=i % 3)
    sent.flush_all_accepted()
    for partition in range(3):
        values = [int(m.value()) for m in read_from(topic, len(range(partition, 10000, 3)), partition=partition)]
        same(values, list(range(partition, 10000, 3)), f"partition {partition}")
    client = consumer("confluent-idempotence")
    ends = [client.get_watermark_offsets(TopicPartition(topic, p), timeout=10)[1] for p in range(3)]
    client.close()
    same(sum(ends), 10000, "records on the broker")


def offsets():
    """Seek, offsets by timestamp, watermarks, commits that outlive the consumer."""
    topic, group = "confluent-offsets", "confluent-offsets"
    start_ms = 1650000000000
    stamped(topic, 300, start_ms, 1000)
    client = consumer(group, **{"enable.auto.commit": False})
    place = TopicPartition(topic, 0)
    same(client.get_watermark_offsets(place, timeout=10), (0, 300), "watermarks")
    for asked, expected in [(start_ms, 0), (start_ms + 123000, 123), (start_ms + 123001, 124), (start_ms + 10**9, -1)]:
        found = client.offsets_for_times([TopicPartition(topic, 0, asked)], timeout=10)[0]
        check(found.error is None, found.error)
        same(found.offset, expected, f"offset for {asked}")
    client.subscribe([topic])
    same(read(client, 1)[0].value(), b"0", "first")
    for target in [250, 7, 299]:
        client.seek(TopicPartition(topic, 0, target))
        same(read(client, 1)[0].value(), str(target).encode(), "after seek")
    client.commit(offsets=[TopicPartition(topic, 0, 42)], asynchronous=False)
    client.close()
    again = consumer(group)
    kept = again.committed([place], timeout=10)[0]
    same(kept.offset, 42, "committed")
    again.subscribe([topic])
    same(read(again, 1)[0].value(), b"42", "where the group goes on")
    again.close()


def administration():
    """Topics come, grow, are configured and go while a producer and a consumer run."""
    stop = threading.Event()
    create("confluent-steady", 2)
    sent = Sent(producer())

    def keep_producing():
        while not stop.is_set():
            sent.send("confluent-steady", b"tick")
            sent.client.poll(0.01)

    steady = threading.Thread(target=keep_producing)
    steady.start()
    try:
        for turn in range(3):
            topic = f"confluent-short-lived-{turn}"
            create(topic, 2, **{"retention.ms": "86400000"})
            try:
                create(topic)
                raise AssertionError("the topic was created twice")
            except KafkaException as e:
                same(e.args[0].code(), KafkaError.TOPIC_ALREADY_EXISTS, "second creation")
            done(admin().create_partitions([NewPartitions(topic, 4)]))
            eventually(lambda: partitions_of(topic) == 4, f"{topic} has 4 partitions")
            once = Sent(producer())
            for partition in range(4):
                once.send(topic, b"x", partition=partition)
            once.flush_all_accepted()
            resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
            same(config_of(resource, "retention.ms"), "86400000", "retention.ms")
            changed = ConfigResource(ConfigResource.Type.TOPIC, topic, set_config={"retention.ms": "7200000"})
            done(admin().alter_configs([changed]))
            eventually(lambda: config_of(resource, "retention.ms") == "7200000", "the changed retention.ms")
            done(admin().delete_topics([topic]))
            eventually(lambda: partitions_of(topic) == 0, f"{topic} is gone")
    finally:
        stop.set()
        steady.join()
    sent.flush_all_accepted()
    counted = 0
    for partition in range(2):
        client = consumer("confluent-steady")
        counted += client.get_watermark_offsets(TopicPartition("confluent-steady", partition), timeout=10)[1]
        client.close()
    same(counted, len(sent.messages), "records of the steady producer")


def config_of(resource, name):
    return next(iter(admin().describe_configs([resource]).values())).result(PATIENCE_S)[name].value


def partitions_of(topic):
    known = admin().list_topics(timeout=10).topics
    return len(known[topic].partitions) if topic in known else 0


def metadata():
    create("confluent-metadata", 5)
    cluster = admin().list_topics(timeout=10)
    same(len(cluster.brokers), 1, "brokers")
    same(cluster.controller_id, next(iter(cluster.brokers)), "controller")
    check(cluster.cluster_id, "no cluster id")
    partitions = cluster.topics["confluent-metadata"].partitions
    same(sorted(partitions), list(range(5)), "partitions")
    for partition in partitions.values():
        same((partition.replicas, partition.isrs), ([partition.leader], [partition.leader]), "replicas")


def auto_created():
    topic = "confluent-made-by-the-first-record"
    sent = Sent(producer())
    sent.send(topic, b"first")
    sent.flush_all_accepted()
    same(read_from(topic, 1)[0].value(), b"first", "value")


def size_limit():
    topic, wide = "confluent-size", "confluent-size-wide"
    create(topic)
    create(wide, **{"max.message.bytes": "6000000"})
    sent = Sent(producer(**{"message.max.bytes": 20000000}))
    sent.send(topic, b"x" * LARGEST_VALUE)
    sent.flush_all_accepted()
    sent.send(topic, b"x" * (LARGEST_VALUE + 1))
    sent.flush()
    same([e.code() for e in sent.errors], [KafkaError.MSG_SIZE_TOO_LARGE], "one byte too many")
    sent.errors.clear()
    sent.send(wide, b"y" * 5900000)
    sent.send(topic, b"still open")
    sent.flush_all_accepted()
    same([len(m.value()) for m in read_from(topic, 2)], [LARGEST_VALUE, 10], "sizes")
    same(len(read_from(wide, 1)[0].value()), 5900000, "size in the topic with a higher limit")


# ---- What other scenarios use.


def make(topic, partitions="1", *config):
    create(topic, int(partitions), **dict(entry.split("=", 1) for entry in config))


def drop(topic):
    done(admin().delete_topics([topic]))
    eventually(lambda: partitions_of(topic) == 0, f"{topic} is gone")


def stamped(topic, count, start_ms, step_ms):
    """The numbers from 0, one batch for ten, each with a time of its own: long ago, so the topic must not age them out."""
    create(topic, **{"retention.ms": "-1"})
    sent = Sent(producer())
    for i in range(int(count)):
        sent.send(topic, str(i).encode(), timestamp=int(start_ms) + i * int(step_ms))
        if i % 10 == 9:
            sent.flush()
    sent.flush_all_accepted()


def write(topic, codec, path):
    """Lines "key|value", each a record with a header that names the client."""
    sent = Sent(producer(**{"compression.type": codec, "linger.ms": 20}))
    with open(path, "rb") as lines:
        for line in lines:
            key, value = line.rstrip(b"\n").split(b"|", 1)
            sent.send(topic, value, key=key, headers=[("from", b"confluent")])
    sent.flush_all_accepted()


def dump(count, directory, *topics):
    """Writes the records of each topic to a file of its name, one line each: key|value|headers."""
    for topic in topics:
        with open(f"{directory}/{topic}", "wb") as out:
            for m in read_from(topic, int(count)):
                headers = b",".join(name.encode() + b"=" + value for name, value in m.headers())
                out.write(m.key() + b"|" + m.value() + b"|" + headers + b"\n")


def member(group, topic, strategy):
    """A member of a group that tells what it owns and what it reads, until its standard input ends."""
    owned = set()
    client = consumer(
        group,
        **{"partition.assignment.strategy": strategy, "auto.commit.interval.ms": 200, "heartbeat.interval.ms": 300},
    )

    def tell():
        print("OWNS", ",".join(str(p) for p in sorted(owned)), flush=True)

    def assigned(_, partitions):
        owned.update(p.partition for p in partitions)
        tell()

    def revoked(_, partitions):
        owned.difference_update(p.partition for p in partitions)
        tell()

    client.subscribe([topic], on_assign=assigned, on_revoke=revoked)
    ended = threading.Event()

    def wait_for_the_end():
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    while not ended.is_set():
        message = client.poll(0.2)
        if message is not None and not message.error():
            print("READ", message.partition(), message.offset(), flush=True)
    client.close()


if __name__ == "__main__":
    BOOTSTRAP = sys.argv[1]
    globals()[sys.argv[2]](*sys.argv[3:])
