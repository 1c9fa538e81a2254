// What KafkaJS does with a cluster. Arguments: name of the client, file for the results, pattern of cases, quick or all, CLUSTER=BOOTSTRAP...
// A line per case and cluster, as io.shiplog.conformance.client.ClientMain writes them.
// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0
'use strict'

const fs = require('fs')
const { Kafka, logLevel, CompressionTypes, ConfigResourceTypes } = require('kafkajs')

const [client, results, only, extent, ...clusters] = process.argv.slice(2)
const CASE_TIMEOUT_MS = 90000
const NOT_YET = ['UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE']

const expect = (holds, otherwise) => {
  if (!holds) throw new Error(otherwise)
}
const same = (actual, expected, what) =>
  expect(JSON.stringify(actual) === JSON.stringify(expected), `${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const eventually = async (what, holds) => {
  const deadline = Date.now() + 60000
  while (!(await holds())) {
    expect(Date.now() < deadline, `after a minute it is not so that ${what}`)
    await pause(100)
  }
}
const refused = async (type, attempt) => {
  try {
    await attempt()
  } catch (e) {
    const types = [e.type, ...(e.errors || []).map((each) => each.type)]
    expect(types.includes(type), `refused with ${e} (${types}), not ${type}`)
    return
  }
  throw new Error(`not refused, but ${type} was due`)
}

/** What a case has of a cluster: names of its own, and clients that are closed when it is over. */
class Session {
  constructor(bootstrap, name) {
    this.name = name
    this.names = 0
    this.open = []
    this.kafka = new Kafka({
      clientId: name,
      brokers: bootstrap.split(','),
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50, retries: 12 },
    })
  }

  fresh(kind) {
    return `${this.name}-${kind}-${++this.names}`
  }

  async connected(each) {
    await each.connect()
    this.open.push(each)
    return each
  }

  async admin() {
    this.one ||= await this.connected(this.kafka.admin())
    return this.one
  }

  async topic(numPartitions, more = {}) {
    const topic = this.fresh('topic')
    const admin = await this.admin()
    same(await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions, replicationFactor: 3, ...more }] }), true, 'the answer')
    // a leader may not have heard yet that it is one, which some calls of KafkaJS do not wait for
    await eventually('the topic is served', async () => {
      try {
        await admin.fetchTopicOffsets(topic)
        return true
      } catch (e) {
        expect(NOT_YET.includes(e.type), `offsets of a new topic: ${e}`)
        return false
      }
    })
    return topic
  }

  async producer(settings = {}) {
    return this.connected(this.kafka.producer(settings))
  }

  /**
   * A member that keeps what it reads in records. KafkaJS hears of a rebalance between two fetches only: where they may wait for as long as a rebalance,
   * members put each other out of the group again and again.
   */
  async member(groupId, topics, settings = {}) {
    const consumer = this.kafka.consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 500, maxWaitTimeInMs: 500, rebalanceTimeout: 20000, ...settings })
    const member = { consumer, records: [], partitions: [] }
    consumer.on(consumer.events.GROUP_JOIN, (event) => {
      member.partitions = Object.values(event.payload.memberAssignment).flat()
    })
    await this.connected(consumer)
    for (const topic of topics) await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      partitionsConsumedConcurrently: 2,
      eachMessage: async ({ partition, message }) => {
        member.records.push({ partition, key: message.key && message.key.toString(), value: message.value && message.value.toString(), message })
      },
    })
    return member
  }

  async write(topic, partition, count) {
    const producer = await this.producer()
    const messages = Array.from({ length: count }, (_, i) => ({ partition, key: `key-${i}`, value: `value-${i}` }))
    await producer.send({ topic, acks: -1, messages })
  }

  async close() {
    for (const each of this.open.reverse()) {
      await Promise.race([each.disconnect().catch(() => {}), pause(8000)])
    }
  }
}

const cases = []
const define = (quick, area, name, body) => cases.push({ quick, area, name, body })

const roundTrip = async (session, settings, send) => {
  const topic = await session.topic(3)
  const producer = await session.producer(settings)
  // Nobody hears that a leader which is just about to lead has lost a record that asked for no answer.
  if (send.acks === 0) for (const partition of [0, 1, 2]) await session.write(topic, partition, 1)
  const messages = Array.from({ length: 200 }, (_, i) => ({ key: `key-${i}`, value: `sent-${i}` }))
  await producer.send({ topic, messages, ...send })
  const member = await session.member(session.fresh('group'), [topic])
  const sent = () => member.records.map((each) => each.value).filter((each) => each.startsWith('sent-'))
  await eventually('all is read', () => sent().length >= 200)
  same(sent().sort(), messages.map((each) => each.value).sort(), 'what was read')
}

define(true, 'produce', 'acks=all', (session) => roundTrip(session, {}, { acks: -1 }))
define(false, 'produce', 'acks=1', (session) => roundTrip(session, {}, { acks: 1 }))
define(false, 'produce', 'acks=0', (session) => roundTrip(session, {}, { acks: 0 }))
define(true, 'produce', 'compression gzip', (session) => roundTrip(session, {}, { compression: CompressionTypes.GZIP }))
define(false, 'produce', 'idempotent', (session) => roundTrip(session, { idempotent: true, maxInFlightRequests: 1 }, {}))

define(true, 'produce', 'headers, timestamps, null values', async (session) => {
  const topic = await session.topic(1)
  const producer = await session.producer()
  const answer = await producer.send({
    topic,
    messages: [
      { key: 'a', value: 'b', headers: { one: '1', two: ['2', '3'] }, timestamp: '1700000000000' },
      { key: 'c', value: null },
    ],
  })
  same(answer[0].baseOffset, '0', 'the offset')
  const member = await session.member(session.fresh('group'), [topic])
  await eventually('both are read', () => member.records.length === 2)
  const [first, second] = member.records
  same(first.message.timestamp, '1700000000000', 'the time')
  same(first.message.headers.one.toString(), '1', 'header one')
  same(first.message.headers.two.map(String), ['2', '3'], 'header two')
  same(second.value, null, 'the value of the second')
})

define(false, 'produce', 'a record of 1 MB', async (session) => {
  const topic = await session.topic(1)
  const producer = await session.producer()
  await producer.send({ topic, messages: [{ value: 'x'.repeat(1000000) }] })
  const member = await session.member(session.fresh('group'), [topic])
  await eventually('it is read', () => member.records.length === 1)
  same(member.records[0].value.length, 1000000, 'the length')
})

define(false, 'produce', 'what is too large is refused', async (session) => {
  const topic = await session.topic(1, { configEntries: [{ name: 'max.message.bytes', value: '10000' }] })
  const producer = await session.producer()
  await refused('MESSAGE_TOO_LARGE', () => producer.send({ topic, messages: [{ value: 'x'.repeat(20000) }] }))
})

define(true, 'groups', 'two members share, one leaves', async (session) => {
  const topic = await session.topic(4)
  const group = session.fresh('group')
  const first = await session.member(group, [topic])
  const second = await session.member(group, [topic])
  await eventually('both have two', () => first.partitions.length === 2 && second.partitions.length === 2)
  for (let i = 0; i < 4; i++) await session.write(topic, i, 5)
  await eventually('all is read', () => first.records.length + second.records.length === 20)
  await first.consumer.disconnect()
  await eventually('the second has all', () => second.partitions.length === 4)
})

define(true, 'groups', 'a member goes on where the other was', async (session) => {
  const topic = await session.topic(1)
  const group = session.fresh('group')
  await session.write(topic, 0, 10)
  const first = await session.member(group, [topic])
  await eventually('ten are read', () => first.records.length === 10)
  await first.consumer.disconnect()
  await session.write(topic, 0, 3)
  const second = await session.member(group, [topic])
  await eventually('three are read', () => second.records.length >= 3)
  same(second.records.length, 3, 'what the second reads')
})

define(false, 'groups', 'seek', async (session) => {
  const topic = await session.topic(1)
  await session.write(topic, 0, 10)
  const member = await session.member(session.fresh('group'), [topic])
  await eventually('ten are read', () => member.records.length === 10)
  member.consumer.seek({ topic, partition: 0, offset: '7' })
  await eventually('three are read again', () => member.records.length === 13)
})

define(false, 'groups', 'pause and resume', async (session) => {
  const topic = await session.topic(1)
  const member = await session.member(session.fresh('group'), [topic])
  await eventually('it has the partition', () => member.partitions.length === 1)
  member.consumer.pause([{ topic }])
  await pause(1000)
  await session.write(topic, 0, 5)
  await pause(1000)
  same(member.records.length, 0, 'what is read while it is paused')
  member.consumer.resume([{ topic }])
  await eventually('five are read', () => member.records.length === 5)
})

define(true, 'admin', 'topics: create, list, metadata, delete', async (session) => {
  const admin = await session.admin()
  const topic = await session.topic(3)
  expect((await admin.listTopics()).includes(topic), 'it is not listed')
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] })
  same(metadata.topics[0].partitions.length, 3, 'the number of partitions')
  same(metadata.topics[0].partitions[0].isr.length, 3, 'the number of in-sync replicas')
  same(await admin.createTopics({ topics: [{ topic }] }), false, 'the answer to another creation')
  await admin.deleteTopics({ topics: [topic] })
  await eventually('it is gone', async () => !(await admin.listTopics()).includes(topic))
})

define(false, 'admin', 'partitions', async (session) => {
  const admin = await session.admin()
  const topic = await session.topic(1)
  await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
  await eventually('there are four', async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length === 4)
})

define(true, 'admin', 'topic offsets, by time too', async (session) => {
  const admin = await session.admin()
  const topic = await session.topic(1)
  const before = Date.now() - 1
  await session.write(topic, 0, 5)
  same(await admin.fetchTopicOffsets(topic), [{ partition: 0, offset: '5', high: '5', low: '0' }], 'the offsets')
  same(await admin.fetchTopicOffsetsByTimestamp(topic, before), [{ partition: 0, offset: '0' }], 'the offset by time')
})

define(false, 'admin', 'records are deleted', async (session) => {
  const admin = await session.admin()
  const topic = await session.topic(1)
  await session.write(topic, 0, 5)
  await admin.fetchTopicOffsets(topic) // KafkaJS deletes records only where it has looked for the leader before
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] })
  same((await admin.fetchTopicOffsets(topic))[0].low, '3', 'the first offset')
})

define(true, 'admin', 'configs: describe and alter', async (session) => {
  const admin = await session.admin()
  const topic = await session.topic(1)
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
  await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '1234567' }] }] })
  await eventually('it is told', async () => {
    const answer = await admin.describeConfigs({ includeSynonyms: true, resources: [{ ...resource, configNames: ['retention.ms'] }] })
    return answer.resources[0].configEntries[0].configValue === '1234567'
  })
  await refused('INVALID_CONFIG', () =>
    admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: 'soon' }] }] }))
})

define(false, 'admin', 'cluster', async (session) => {
  const admin = await session.admin()
  const cluster = await admin.describeCluster()
  same(cluster.brokers.map((each) => each.nodeId).sort(), [1, 2, 3], 'the nodes')
  expect([1, 2, 3].includes(cluster.controller), `the controller is ${cluster.controller}`)
  same(cluster.clusterId.length, 22, 'the length of the cluster id')
})

define(true, 'admin', 'groups: list, describe, offsets, reset, delete', async (session) => {
  const admin = await session.admin()
  const topic = await session.topic(1)
  const groupId = session.fresh('group')
  await session.write(topic, 0, 10)
  const member = await session.member(groupId, [topic])
  await eventually('ten are read', () => member.records.length === 10)
  const { groups } = await admin.describeGroups([groupId])
  same([groups[0].state, groups[0].members.length, groups[0].protocolType], ['Stable', 1, 'consumer'], 'the group')
  expect((await admin.listGroups()).groups.some((each) => each.groupId === groupId), 'it is not listed')
  await refused('NON_EMPTY_GROUP', async () => {
    try {
      await admin.deleteGroups([groupId])
    } catch (e) {
      throw e.groups ? e.groups[0].error : e
    }
  })
  await member.consumer.disconnect()
  const offsets = async () => (await admin.fetchOffsets({ groupId, topics: [topic] }))[0].partitions[0].offset
  same(await offsets(), '10', 'the offset')
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '4' }] })
  same(await offsets(), '4', 'the offset that was set')
  await admin.resetOffsets({ groupId, topic, earliest: true })
  same(await offsets(), '-2', 'the offset after the reset')
  await admin.deleteGroups([groupId])
  expect(!(await admin.listGroups()).groups.some((each) => each.groupId === groupId), 'it is listed still')
})

define(false, 'admin', 'reassignment', async (session) => {
  const admin = await session.admin()
  const topic = session.fresh('topic')
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, replicaAssignment: [{ partition: 0, replicas: [1, 2] }] }] })
  await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: [{ partition: 0, replicas: [3, 2] }] }] })
  await eventually('it is done', async () => {
    const { partitions } = (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]
    return JSON.stringify(partitions[0].replicas) === '[3,2]'
  })
  await eventually('none is listed', async () => {
    const { topics } = await admin.listPartitionReassignments({ topics: [{ topic, partitions: [0] }] })
    return topics.length === 0
  })
})

const say = (cluster, { area, name }, verdict, begin, wrong) => {
  const detail = wrong.replace(/\s+/g, ' ')
  const millis = Date.now() - begin
  fs.appendFileSync(results, [cluster, client, area, name, verdict, millis, detail].join('\t') + '\n')
  console.log(`${verdict}  ${cluster.padEnd(8)} ${client.padEnd(12)} ${area}: ${name}  ${millis} ms`)
  if (detail) console.log(`      ${detail}`)
}

const attempt = async (each, cluster, bootstrap, name) => {
  const begin = Date.now()
  const session = new Session(bootstrap, name)
  try {
    await Promise.race([
      each.body(session),
      pause(CASE_TIMEOUT_MS).then(() => {
        throw new Error(`not over after ${CASE_TIMEOUT_MS} ms`)
      }),
    ])
    say(cluster, each, 'pass', begin, '')
  } catch (e) {
    say(cluster, each, 'fail', begin, e.message || String(e))
  }
  await session.close()
}

const main = async () => {
  const pattern = new RegExp(only)
  const chosen = cases.filter((each) => (extent === 'all' || each.quick) && pattern.test(`${each.area} ${each.name}`))
  const queue = chosen.map((each, i) => async () => {
    for (const cluster of clusters) {
      const [label, bootstrap] = cluster.split('=')
      await attempt(each, label, bootstrap, `kafkajs-${i}`)
    }
  })
  const worker = async () => {
    while (queue.length > 0) await queue.shift()()
  }
  await Promise.all([worker(), worker(), worker()])
  process.exit(0)
}

main().catch((e) => {
  console.error(e)
  process.exit(2)
})
