// SPDX-License-Identifier: Apache-2.0
// hyperdht.mjs FOLDER: writes codec.json and frames.json, as hyperdht of npm says them.
// Run where `npm install hyperdht@6.34.0` was run; node 20; loopback only.
//
// codec.json is the same on every run. frames.json is what real nodes said on loopback
// while they looked up, announced, stored and connected: one of each kind of datagram;
// then what one of them passes on as a relay. Its ports, tokens and sealed payloads
// differ from run to run.
import dgram from 'node:dgram'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(path.join(process.cwd(), 'package.json'))
const DHT = require('hyperdht')
const c = require('compact-encoding')
const messages = require('hyperdht/lib/messages.js')
const Persistent = require('hyperdht/lib/persistent.js')
const peerId = require('dht-rpc/lib/peer.js')

const folder = process.argv[2]
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const seed = Buffer.from(Array.from({ length: 32 }, (_, i) => i))
const keyPair = DHT.keyPair(seed)

function codec() {
  const uints = [0, 1, 251, 252, 253, 254, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]
  const addresses = [['127.0.0.1', 49737], ['88.99.3.86', 49737], ['0.0.0.0', 0], ['255.255.255.255', 65535], ['1.2.3.4', 258]]
  const records = [
    [0, ''], [1, 'Hello World!'], [252, 'a'], [253, 'b'], [65536, 'c'], [2 ** 53 - 1, 'x'.repeat(253)], [7, 'y'.repeat(1000)]
  ]
  const target = Buffer.alloc(32, 1)
  const token = Buffer.alloc(32, 2)
  const node = Buffer.alloc(32, 3)
  const relays = [0, 1, 2, 3].map((i) => ({ host: `10.0.0.${i + 1}`, port: 1000 + i }))
  const announces = []
  for (const count of [0, 1, 2, 3, 4]) {
    for (const refresh of [null, Buffer.alloc(32, 9)]) {
      for (const bump of [0, 1, 1700000000000]) {
        const ann = { peer: { publicKey: keyPair.publicKey, relayAddresses: relays.slice(0, count) }, refresh, signature: null, bump }
        for (const kind of ['announce', 'unannounce']) {
          ann.signature = Persistent[kind === 'announce' ? 'signAnnounce' : 'signUnannounce'](target, token, node, ann, keyPair)
          announces.push({
            kind, relays: count, refresh: refresh ? hex(refresh) : '', bump,
            peer: hex(c.encode(messages.peer, ann.peer)), signature: hex(ann.signature), value: hex(c.encode(messages.announce, ann))
          })
        }
      }
    }
  }
  const address = { host: '1.2.3.4', port: 5 }
  const relay = { host: '9.8.7.6', port: 54321 }
  const noise = Buffer.alloc(300, 7)
  return {
    made_by: 'tests/vectors/make/hyperdht.mjs, hyperdht 6.34.0',
    seed: hex(seed), public_key: hex(keyPair.publicKey), target: hex(DHT.hash(keyPair.publicKey)),
    uints: uints.map((value) => ({ value, bytes: hex(c.encode(c.uint, value)) })),
    ids: addresses.map(([host, port]) => ({ host, port, bytes: hex(c.encode(c.ipv4Address, { host, port })), id: hex(peerId.id(host, port)) })),
    records: records.map(([seq, text]) => {
      const value = Buffer.from(text)
      const signature = Persistent.signMutable(seq, value, keyPair)
      return {
        seq, value: hex(value), signature: hex(signature),
        put: hex(c.encode(messages.mutablePutRequest, { publicKey: keyPair.publicKey, seq, value, signature })),
        reply: hex(c.encode(messages.mutableGetResponse, { seq, value, signature }))
      }
    }),
    immutables: ['hello hyper', 'x'].map((text) => ({ value: hex(Buffer.from(text)), target: hex(DHT.hash(Buffer.from(text))) })),
    announce: { target: hex(target), token: hex(token), node: hex(node), relays, cases: announces },
    lookups: [0, 1, 3, 20].map((count) => {
      const peers = Array.from({ length: count }, (_, i) =>
        c.encode(messages.peer, { publicKey: Buffer.alloc(32, i), relayAddresses: relays.slice(0, i % 4) }))
      const bump = count * 1000
      return { peers: peers.map(hex), bump, value: hex(c.encode(messages.lookupRawReply, { peers, bump })) }
    }),
    handshakes: [0, 1, 2, 3].map((flags) => {
      const m = { mode: flags, noise, peerAddress: flags & 1 ? address : null, relayAddress: flags & 2 ? relay : null }
      return { mode: m.mode, noise: hex(noise), peer: !!m.peerAddress, relay: !!m.relayAddress, value: hex(c.encode(messages.handshake, m)) }
    }),
    holepunches: [[0, 1, null], [2, 300, address], [1, 0, address]].map(([mode, id, peerAddress]) => ({
      mode, id, payload: hex(noise), peer: !!peerAddress, value: hex(c.encode(messages.holepunch, { mode, id, payload: noise, peerAddress }))
    }))
  }
}

// Everything that the nodes of this process send, seen at the socket.
const seen = new Map()
const requests = new Map()
const IO = require('dht-rpc/lib/io.js')
const onmessage = IO.prototype.onmessage
const COMMANDS = ['handshake', 'holepunch', 'find_peer', 'lookup', 'announce', 'unannounce', 'mutable_put', 'mutable_get', 'immutable_put', 'immutable_get', 'plugin']
const INTERNAL = ['ping', 'ping_nat', 'find_node', 'down_hint', 'delayed_ping']
IO.prototype.onmessage = function (socket, buffer, from) {
  const to = socket.address()
  record(Buffer.from(buffer), `${from.host}:${from.port}`, `127.0.0.1:${to.port}`, this.ephemeral ? null : hex(this.table.id))
  return onmessage.call(this, socket, buffer, from)
}

function record(datagram, from, to, id) {
  const flags = datagram[1]
  const transaction = hex(datagram.subarray(2, 4))
  if (datagram[0] === 3) {
    let at = 10 + (flags & 1 ? 32 : 0) + (flags & 2 ? 32 : 0)
    const name = (flags & 4 ? INTERNAL : COMMANDS)[datagram[at++]] ?? 'unknown'
    let mode = ''
    if (name === 'handshake' || name === 'holepunch') {
      at += flags & 8 ? 32 : 0
      at += datagram[at] === 0xfd ? 3 : 1
      mode = `_mode_${datagram[at + 1]}`
    }
    requests.set(`${from} ${to} ${transaction}`, name)
    keep(`query_${name}${mode}_flags_${flags}`, { kind: 'query', method: name, from, to, receiver: id, datagram: hex(datagram) })
  } else {
    const name = requests.get(`${to} ${from} ${transaction}`) ?? 'unmatched'
    keep(`response_${name}_flags_${flags}`, { kind: 'response', method: name, from, to, receiver: id, datagram: hex(datagram) })
  }
}

function keep(name, frame) {
  if (!seen.has(name)) seen.set(name, { name, ...frame })
}

// A raw request to a node, for what its own client never says.
function ask(port, bytes) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4')
    socket.on('message', (reply) => {
      const own = `127.0.0.1:${socket.address().port}`
      record(reply, `127.0.0.1:${port}`, own, null)
      socket.close(resolve)
    })
    socket.bind(0, '127.0.0.1', () => socket.send(bytes, port, '127.0.0.1'))
  })
}

async function frames() {
  const { default: createTestnet } = await import(require.resolve('hyperdht/testnet.js'))
  const testnet = await createTestnet(12)
  const client = testnet.createNode()
  const other = testnet.createNode()
  await client.fullyBootstrapped()
  const last = testnet.nodes[9]
  await client.ping(last.remoteAddress() ?? { host: '127.0.0.1', port: last.address().port })
  await client.delayedPing({ host: '127.0.0.1', port: last.address().port }, 10)
  await client.immutablePut(Buffer.from('hello hyper'))
  await client.immutableGet(DHT.hash(Buffer.from('hello hyper')))
  await client.mutablePut(keyPair, Buffer.from('Hello World!'), { seq: 1 })
  await client.mutablePut(keyPair, Buffer.from('Another one'), { seq: 300 })
  await client.mutablePut(keyPair, Buffer.from('too low'), { seq: 2 })
  await client.mutablePut(keyPair, Buffer.from('reused'), { seq: 300 })
  await client.mutableGet(keyPair.publicKey)
  await client.mutableGet(keyPair.publicKey, { seq: 301 })
  const topic = Buffer.alloc(32, 5)
  await client.announce(topic, keyPair, [{ host: '127.0.0.1', port: 1000 }], { bump: 1 }).finished()
  await other.lookup(topic).finished()
  const server = other.createServer((socket) => socket.on('error', () => {}).end())
  await server.listen(keyPair)
  await client.findPeer(keyPair.publicKey).finished()
  const stream = client.connect(keyPair.publicKey)
  stream.on('error', () => {})
  await new Promise((resolve) => stream.once('open', resolve))
  stream.destroy()
  await client.unannounce(topic, keyPair)
  const port = last.address().port
  const head = (flags) => Buffer.concat([Buffer.from([3, flags, 4, 0]), c.encode(c.ipv4Address, { host: '127.0.0.1', port })])
  await ask(port, Buffer.concat([head(12), Buffer.from([9]), topic])) // no such command
  await ask(port, Buffer.concat([head(14), Buffer.alloc(32, 0x22), Buffer.from([2]), topic])) // bad token
  const hint = Buffer.concat([Buffer.from([3]), Buffer.from([6]), Buffer.from([127, 0, 0, 1, 1, 0])])
  await ask(port, Buffer.concat([head(20), hint]))
  const relays = await probeRelay(last)
  await server.close()
  await testnet.destroy()
  return { frames: [...seen.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), relays }
}

// What a node passes on, where `server` announced itself to it: every mode, from a client
// or from the server.
async function probeRelay(node) {
  const client = dgram.createSocket('udp4')
  const server = dgram.createSocket('udp4')
  for (const socket of [client, server]) await new Promise((done) => socket.bind(0, '127.0.0.1', done))
  const address = (socket) => ({ host: '127.0.0.1', port: socket.address().port })
  const known = Buffer.alloc(32, 0x77)
  const unknown = Buffer.alloc(32, 0x78)
  node._router.set(hex(known), { relay: address(server), record: Buffer.alloc(33), onpeerhandshake: null, onpeerholepunch: null })
  const noise = Buffer.alloc(48, 7)
  const cases = []
  for (const mode of [0, 1, 2, 3, 4, 5]) {
    for (const peerAddress of [null, address(client)]) {
      for (const target of [known, unknown, null]) {
        for (const relayAddress of [null, address(server)]) {
          cases.push([0, target, c.encode(messages.handshake, { mode, noise, peerAddress, relayAddress })])
        }
        cases.push([1, target, c.encode(messages.holepunch, { mode, id: 3, payload: noise, peerAddress })])
      }
    }
  }
  const to = { host: '127.0.0.1', port: node.address().port }
  const results = []
  for (const [command, target, value] of cases) {
    const from = value[1] === 1 ? server : client
    const sent = Buffer.concat([
      Buffer.from([3, target ? 24 : 16, 9, command]), c.encode(c.ipv4Address, to), Buffer.from([command]),
      target ?? Buffer.alloc(0), c.encode(c.buffer, value)
    ])
    const got = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), 60)
      for (const socket of [client, server]) {
        socket.removeAllListeners('message')
        socket.once('message', (datagram) => {
          clearTimeout(timer)
          resolve({ to: `127.0.0.1:${socket.address().port}`, datagram: hex(datagram) })
        })
      }
      from.send(sent, to.port, to.host)
    })
    results.push({
      query: hex(sent), from: `127.0.0.1:${from.address().port}`, at: `127.0.0.1:${to.port}`,
      announcer: target === known ? `127.0.0.1:${server.address().port}` : '', sends: got
    })
  }
  client.close()
  server.close()
  return results
}

fs.writeFileSync(path.join(folder, 'codec.json'), JSON.stringify(codec(), null, 1) + '\n')
const captured = { made_by: 'tests/vectors/make/hyperdht.mjs, hyperdht 6.34.0 on loopback', ...(await frames()) }
fs.writeFileSync(path.join(folder, 'frames.json'), JSON.stringify(captured, null, 1) + '\n')
console.log(captured.frames.map((frame) => frame.name).join('\n'))
process.exit(0)
