'use strict';
// What interop/run asks of kafkajs: each scenario is a function that throws when it fails.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = require('kafkajs');
const lz4 = require('lz4js');
const xxh32 = require('lz4js/xxh32.js');
const { ZstdCodec } = require('zstd-codec');

const PATIENCE_MS = 40000;
// A batch of one record without key: 61 bytes of header, 11 around the value. The largest that fits the default limit.
const LARGEST_VALUE = 1048588 - 72;

const TYPES = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

// kafkajs brings gzip along and takes the others as plug-ins; these need no compiler.
CompressionCodecs[CompressionTypes.Snappy] = require('kafkajs-snappy');
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async (encoder) => independent(Buffer.from(lz4.compress(encoder.buffer))),
  decompress: async (bytes) => Buffer.from(lz4.decompress(bytes)),
});
const zstdLibrary = new Promise((resolve) => ZstdCodec.run(resolve));
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from(new (await zstdLibrary).Streaming().compress(encoder.buffer)),
  decompress: async (bytes) => Buffer.from(new (await zstdLibrary).Streaming().decompress(bytes)),
});

/** Kafka takes only frames that say their blocks stand alone; what is below 4 MB is one block, and lz4js does not say so. */
function independent(frame) {
  assert.equal(frame[5], 0x70, 'blocks of up to 4 MB');
  frame[4] |= 0x20;
  frame[6] = (xxh32.hash(0, frame, 4, 2) >> 8) & 0xff;
  return frame;
}

const [bootstrap, scenario, ...more] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'interop', brokers: [bootstrap], logLevel: logLevel.NOTHING });

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function eventually(condition, what) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    assert(Date.now() < end, `not in time: ${what}`);
    await sleep(100);
  }
}

async function using(client, work) {
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.disconnect();
  }
}

const withAdmin = (work) => using(kafka.admin(), work);
const withProducer = (work, settings = {}) => using(kafka.producer(settings), work);

const create = (topic, numPartitions = 1, configs = {}) =>
  withAdmin(async (admin) => {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    const made = await admin.createTopics({ topics: [{ topic, numPartitions, configEntries }] });
    assert(made, `${topic} was there before`);
  });

/** So many records of a topic, from wherever the group stands, each with its partition. */
async function read(groupId, topic, count, { afterStart = () => {}, autoCommit = true } = {}) {
  const records = [];
  await using(kafka.consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 500 }), async (consumer) => {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit,
      eachMessage: async ({ partition, message }) => void records.push({ partition, ...message }),
    });
    await afterStart(consumer);
    await eventually(() => records.length >= count, `${count} records of ${topic}, there are ${records.length}`);
  });
  return records;
}

const scenarios = {
  async compression() {
    const values = Array.from({ length: 2000 }, (_, i) => `record ${i} ${'abc'.repeat(i % 50)}`);
    for (const [codec, compression] of Object.entries(TYPES)) {
      const topic = `kafkajs-compression-${codec}`;
      await create(topic);
      await withProducer((producer) =>
        producer.send({ topic, compression, messages: values.map((value) => ({ value })) }),
      );
      const records = await read(topic, topic, values.length);
      assert.deepEqual(records.map((record) => record.value.toString()), values, codec);
    }
  },

  async records() {
    const topic = 'kafkajs-records';
    await create(topic, 1, { 'retention.ms': '-1' });
    const binary = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const messages = [
      { key: 'key', value: 'value', timestamp: '1600000000001', headers: { a: ['1', '2'], binary } },
      { key: null, value: 'no key', timestamp: '1600000000002' },
      { key: 'tombstone', value: null, timestamp: '1600000000003', headers: { why: 'deleted' } },
      { key: '', value: '', timestamp: '1600000000004' },
      { key: 'schlüssel', value: binary },
    ];
    await withProducer((producer) => producer.send({ topic, messages }));
    const records = await read(topic, topic, messages.length);
    const bytes = (value) => (value === null ? null : Buffer.from(value));
    messages.forEach((message, i) => {
      assert.deepEqual(records[i].key, bytes(message.key), `key ${i}`);
      assert.deepEqual(records[i].value, bytes(message.value), `value ${i}`);
      assert.equal(records[i].offset, String(i));
      if (message.timestamp) assert.equal(records[i].timestamp, message.timestamp);
      else assert(Math.abs(Date.now() - Number(records[i].timestamp)) < 60000, 'the timestamp is not now');
    });
    assert.deepEqual(records[0].headers.a.map(String), ['1', '2']);
    assert.deepEqual(records[0].headers.binary, binary);
    assert.equal(records[2].headers.why.toString(), 'deleted');
  },

  async idempotence() {
    const topic = 'kafkajs-idempotence';
    await create(topic, 3);
    await withProducer(
      async (producer) => {
        for (let turn = 0; turn < 100; turn++) {
          const messages = Array.from({ length: 60 }, (_, i) => ({ value: String(turn * 60 + i), partition: i % 3 }));
          await producer.send({ topic, messages, acks: -1 });
        }
      },
      { idempotent: true, maxInFlightRequests: 1 },
    );
    const records = await read(topic, topic, 6000);
    for (let partition = 0; partition < 3; partition++) {
      const values = records.filter((record) => record.partition === partition).map((record) => Number(record.value));
      assert.deepEqual(values, Array.from({ length: 2000 }, (_, i) => i * 3 + partition));
    }
    const ends = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
    assert.equal(ends.reduce((sum, { high }) => sum + Number(high), 0), 6000);
  },

  async offsets() {
    const topic = 'kafkajs-offsets';
    const start = 1650000000000;
    // Records that old would be deleted as soon as the broker looks for them.
    await create(topic, 1, { 'retention.ms': '-1' });
    await withProducer(async (producer) => {
      for (let from = 0; from < 300; from += 10) {
        const messages = Array.from({ length: 10 }, (_, i) => ({
          value: String(from + i),
          timestamp: String(start + (from + i) * 1000),
        }));
        await producer.send({ topic, messages });
      }
    });
    await withAdmin(async (admin) => {
      assert.deepEqual(await admin.fetchTopicOffsets(topic), [{ partition: 0, offset: '300', low: '0', high: '300' }]);
      const at = async (timestamp) => (await admin.fetchTopicOffsetsByTimestamp(topic, timestamp))[0].offset;
      assert.equal(await at(start + 123000), '123');
      assert.equal(await at(start + 123001), '124');
      // kafkajs answers with the end when nothing is as late.
      assert.equal(await at(start + 1e9), '300');
    });
    const sought = await read('kafkajs-seek', topic, 50, {
      autoCommit: false,
      afterStart: (consumer) => consumer.seek({ topic, partition: 0, offset: '250' }),
    });
    assert.equal(sought.at(-1).value.toString(), '299');
    assert(sought.some((record) => record.offset === '250'));
    await withAdmin(async (admin) => {
      await admin.setOffsets({ groupId: 'kafkajs-committed', topic, partitions: [{ partition: 0, offset: '42' }] });
      const kept = await admin.fetchOffsets({ groupId: 'kafkajs-committed', topics: [topic] });
      assert.equal(kept[0].partitions[0].offset, '42');
    });
    const rest = await read('kafkajs-committed', topic, 258);
    assert.deepEqual([rest.length, rest[0].offset], [258, '42']);
    await withAdmin(async (admin) => {
      const kept = await admin.fetchOffsets({ groupId: 'kafkajs-committed', topics: [topic] });
      assert.equal(kept[0].partitions[0].offset, '300');
      const { groups } = await admin.describeGroups(['kafkajs-committed']);
      assert.equal(groups[0].state, 'Empty');
      assert((await admin.listGroups()).groups.some((group) => group.groupId === 'kafkajs-committed'));
      await admin.deleteGroups(['kafkajs-committed']);
      assert(!(await admin.listGroups()).groups.some((group) => group.groupId === 'kafkajs-committed'));
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '100' }] });
      assert.equal((await admin.fetchTopicOffsets(topic))[0].low, '100');
    });
  },

  async administration() {
    const steady = 'kafkajs-steady';
    await create(steady, 2);
    let running = true;
    let sent = 0;
    const feed = withProducer(async (producer) => {
      while (running) {
        await producer.send({ topic: steady, messages: [{ value: 'tick' }] });
        sent++;
      }
    });
    try {
      for (let turn = 0; turn < 3; turn++) await createGrowAndDelete(`kafkajs-short-lived-${turn}`);
    } finally {
      running = false;
      await feed;
    }
    const ends = await withAdmin((admin) => admin.fetchTopicOffsets(steady));
    assert.equal(ends.reduce((sum, { high }) => sum + Number(high), 0), sent);
  },

  async metadata() {
    const topic = 'kafkajs-metadata';
    await create(topic, 5);
    await withAdmin(async (admin) => {
      const cluster = await admin.describeCluster();
      assert.equal(cluster.brokers.length, 1);
      assert.equal(cluster.controller, cluster.brokers[0].nodeId);
      assert(cluster.clusterId);
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const ids = topics[0].partitions.map((partition) => partition.partitionId).sort();
      assert.deepEqual(ids, [0, 1, 2, 3, 4]);
      for (const partition of topics[0].partitions) {
        assert.deepEqual([partition.replicas, partition.isr], [[partition.leader], [partition.leader]]);
      }
      assert((await admin.listTopics()).includes(topic));
    });
  },

  async 'auto-created'() {
    const topic = 'kafkajs-made-by-the-first-record';
    await withProducer((producer) => producer.send({ topic, messages: [{ value: 'first' }] }));
    assert.equal((await read(topic, topic, 1))[0].value.toString(), 'first');
  },

  async 'size-limit'() {
    const topic = 'kafkajs-size';
    const wide = 'kafkajs-size-wide';
    await create(topic);
    await create(wide, 1, { 'max.message.bytes': '6000000' });
    await withProducer(async (producer) => {
      const send = (to, length) => producer.send({ topic: to, messages: [{ value: Buffer.alloc(length, 'x') }] });
      await send(topic, LARGEST_VALUE);
      await assert.rejects(send(topic, LARGEST_VALUE + 1), { type: 'MESSAGE_TOO_LARGE' });
      await send(wide, 5900000);
      await send(topic, 10);
    });
    assert.deepEqual((await read(topic, topic, 2)).map((record) => record.value.length), [LARGEST_VALUE, 10]);
    assert.equal((await read(wide, wide, 1))[0].value.length, 5900000);
  },

  // ---- What other scenarios use.

  /** Lines "key|value", each a record with a header that names the client. */
  async write(topic, codec, file) {
    const messages = lines(file).map((line) => {
      const bar = line.indexOf('|');
      return { key: line.slice(0, bar), value: line.slice(bar + 1), headers: { from: 'kafkajs' } };
    });
    await withProducer((producer) => producer.send({ topic, compression: TYPES[codec], messages }));
  },

  /** Writes the records of each topic to a file of its name, one line each: key|value|headers. */
  async dump(count, directory, ...topics) {
    for (const topic of topics) {
      const records = await read(`kafkajs-dump-${topic}`, topic, Number(count));
      const text = records.map(({ key, value, headers }) => {
        const named = Object.entries(headers).map(([name, content]) => `${name}=${content}`);
        return `${key}|${value}|${named.join(',')}\n`;
      });
      fs.writeFileSync(`${directory}/${topic}`, text.join(''));
    }
  },

  /** A member of a group that tells what it owns and what it reads, until it is told to leave. */
  async member(groupId, topic) {
    const consumer = kafka.consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 300, rebalanceTimeout: 10000 });
    const ended = new Promise((resolve) => process.on('SIGTERM', resolve));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      console.log(`OWNS ${payload.memberAssignment[topic] ?? ''}`),
    );
    await using(consumer, async () => {
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommitInterval: 200,
        eachMessage: async ({ partition, message }) => console.log(`READ ${partition} ${message.offset}`),
      });
      await ended;
    });
  },
};

async function createGrowAndDelete(topic) {
  await create(topic, 2, { 'retention.ms': '86400000' });
  await withAdmin(async (admin) => {
    const count = async () => {
      if (!(await admin.listTopics()).includes(topic)) return 0;
      return (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length;
    };
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
    const retention = async () =>
      (
        await admin.describeConfigs({ resources: [{ ...resource, configNames: ['retention.ms'] }], includeSynonyms: false })
      ).resources[0].configEntries[0].configValue;
    assert.equal(await admin.createTopics({ topics: [{ topic }] }), false, 'the topic was created twice');
    await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
    await eventually(async () => (await count()) === 4, `${topic} has 4 partitions`);
    await withProducer((producer) =>
      producer.send({ topic, messages: [0, 1, 2, 3].map((partition) => ({ partition, value: 'x' })) }),
    );
    assert.equal(await retention(), '86400000');
    const changed = { ...resource, configEntries: [{ name: 'retention.ms', value: '7200000' }] };
    await admin.alterConfigs({ resources: [changed] });
    await eventually(async () => (await retention()) === '7200000', 'the changed retention.ms');
    await admin.deleteTopics({ topics: [topic] });
    await eventually(async () => (await count()) === 0, `${topic} is gone`);
  });
}

function lines(file) {
  return fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
}

scenarios[scenario](...more).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
