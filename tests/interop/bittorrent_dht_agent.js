// SPDX-License-Identifier: Apache-2.0
//
// Nodes of the npm package bittorrent-dht, driven as README.md says.
import crypto from 'node:crypto'
import DHT from 'bittorrent-dht'
import { endpointOf, hex, Nodes, serve } from './agent_loop.js'

const nodes = new Nodes()

// A bare key becomes one of node:crypto behind these DER headers (RFC 8410).
const PRIVATE_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_HEADER = Buffer.from('302a300506032b6570032100', 'hex')

function privateKey(seed) {
  return crypto.createPrivateKey({
    key: Buffer.concat([PRIVATE_HEADER, seed]),
    format: 'der',
    type: 'pkcs8'
  })
}

function publicKey(seed) {
  return crypto.createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32)
}

function verify(signature, message, key) {
  const der = Buffer.concat([PUBLIC_HEADER, key])
  return crypto.verify(null, message, { key: der, format: 'der', type: 'spki' }, signature)
}

// `work(done)` with a callback (error, …results) as a promise of all it was called with.
const called = (work) => new Promise((resolve) => work((...results) => resolve(results)))

async function put(node, options) {
  const [error, target, stored] = await called((done) => node.put(options, done))
  if (!target) throw error
  // The error of one of the nodes, where there was any.
  return {
    target: target.toString('hex'),
    stored: stored || 0,
    refusal: error ? error.message : null
  }
}

serve({
  async start({ node: name, address, port, bootstrap }) {
    const node = new DHT({ bootstrap: bootstrap?.length ? bootstrap : false, verify })
    // Errors of single sends are for the node to live with.
    node.on('error', () => {})
    node.on('warning', () => {})
    nodes.add(name, node)
    await new Promise((resolve, reject) => {
      node.once('error', reject)
      node.listen(port || 0, address, resolve)
    })
    return { node_id: node.nodeId.toString('hex'), address, port: node.address().port }
  },

  async stop({ node }) {
    await called((done) => nodes.remove(node).destroy(done))
  },

  add({ node, endpoint }) {
    nodes.get(node).addNode(endpointOf(endpoint))
  },

  async ping({ node, endpoint }) {
    const [error, reply] = await called((done) =>
      nodes.get(node)._rpc.query(endpointOf(endpoint), { q: 'ping' }, done)
    )
    if (error) throw error
    return { node_id: reply.r.id.toString('hex') }
  },

  put_immutable({ node, value }) {
    return put(nodes.get(node), { v: hex(value) })
  },

  async get_immutable({ node, target }) {
    const [error, found] = await called((done) =>
      nodes.get(node).get(hex(target), { cache: false }, done)
    )
    if (error) throw error
    return { value: found ? found.v.toString('hex') : null }
  },

  async put_mutable({ node, seed, salt, seq, cas, value }) {
    const key = privateKey(hex(seed))
    const options = { k: publicKey(hex(seed)), v: hex(value), seq: seq || 0 }
    options.sign = (message) => crypto.sign(null, message, key)
    if (salt) options.salt = hex(salt)
    if (cas !== undefined) options.cas = cas
    return { ...(await put(nodes.get(node), options)), key: options.k.toString('hex'), seq: seq || 0 }
  },

  async get_mutable({ node, key, salt }) {
    const target = crypto.createHash('sha1').update(hex(key)).update(hex(salt)).digest()
    const options = { cache: false }
    if (salt) options.salt = hex(salt)
    const [error, found] = await called((done) => nodes.get(node).get(target, options, done))
    if (error) throw error
    return found ? { value: found.v.toString('hex'), seq: found.seq } : { value: null }
  },

  async announce({ node, target, port }) {
    const [error, stored] = await called((done) => nodes.get(node).announce(hex(target), port, done))
    if (error && !stored) throw error
    return { stored }
  },

  async lookup({ node, target }) {
    const dht = nodes.get(node)
    const peers = new Set()
    const onPeer = (peer, of) => {
      if (of.equals(hex(target))) peers.add(`${peer.host}:${peer.port}`)
    }
    dht.on('peer', onPeer)
    await called((done) => dht.lookup(hex(target), done))
    dht.off('peer', onPeer)
    return { peers: [...peers].sort() }
  },

  stats({ node }) {
    return { contacts: nodes.get(node).toJSON().nodes.length }
  },

  quit() {}
})
