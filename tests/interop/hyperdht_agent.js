// SPDX-License-Identifier: Apache-2.0
//
// Nodes of the npm package hyperdht, driven as README.md says.
import HyperDHT from 'hyperdht'
import { endpointOf, hex, Nodes, serve } from './agent_loop.js'

const nodes = new Nodes()
const servers = new Nodes()
const CONNECT_MS = 30000

// All replies of a query that another node answered with something.
async function collect(query) {
  const replies = []
  for await (const reply of query) replies.push(reply)
  return replies
}

serve({
  // Without `bootstrap` the first node of a network: hyperdht makes only its bootstrapper
  // persistent that early, and that one needs a port.
  // `client`: an application behind a firewall, which others know through relays only.
  async start({ node: name, address, port, bootstrap, client }) {
    const options = client
      ? { host: address }
      : { host: address, ephemeral: false, firewalled: false, anyPort: false }
    const node = bootstrap?.length
      ? new HyperDHT({ ...options, port, bootstrap: bootstrap.map(endpointOf) })
      : HyperDHT.bootstrapper(port, address, options)
    nodes.add(name, node)
    await node.fullyBootstrapped()
    return {
      node_id: node.id ? node.id.toString('hex') : null,
      address,
      port: node.io.serverSocket.address().port
    }
  },

  async stop({ node }) {
    await nodes.remove(node).destroy({ force: true })
  },

  add({ node, endpoint }) {
    nodes.get(node).addNode(endpointOf(endpoint))
  },

  async ping({ node, endpoint }) {
    const reply = await nodes.get(node).ping(endpointOf(endpoint))
    return { node_id: reply.from.id ? reply.from.id.toString('hex') : null }
  },

  async put_immutable({ node, value }) {
    const put = await nodes.get(node).immutablePut(hex(value))
    return { target: put.hash.toString('hex'), stored: put.closestNodes.length }
  },

  async get_immutable({ node, target }) {
    const found = await nodes.get(node).immutableGet(hex(target))
    return { value: found ? found.value.toString('hex') : null }
  },

  async put_mutable({ node, seed, seq, value }) {
    const keyPair = HyperDHT.keyPair(hex(seed))
    const put = await nodes.get(node).mutablePut(keyPair, hex(value), { seq: seq || 0 })
    return { key: keyPair.publicKey.toString('hex'), seq: seq || 0, stored: put.closestNodes.length }
  },

  async get_mutable({ node, key, seq }) {
    const found = await nodes.get(node).mutableGet(hex(key), { seq: seq || 0 })
    return found ? { value: found.value.toString('hex'), seq: found.seq } : { value: null }
  },

  async announce({ node, target, seed, relays }) {
    const keyPair = HyperDHT.keyPair(hex(seed))
    const query = nodes.get(node).announce(hex(target), keyPair, (relays || []).map(endpointOf))
    await query.finished()
    return { key: keyPair.publicKey.toString('hex'), stored: query.closestNodes.length }
  },

  async unannounce({ node, target, seed }) {
    await nodes.get(node).unannounce(hex(target), HyperDHT.keyPair(hex(seed)))
  },

  async lookup({ node, target }) {
    const peers = new Map()
    for (const reply of await collect(nodes.get(node).lookup(hex(target)))) {
      for (const peer of reply.peers) {
        peers.set(
          peer.publicKey.toString('hex'),
          peer.relayAddresses.map(({ host, port }) => `${host}:${port}`)
        )
      }
    }
    return { peers: [...peers.keys()].sort(), relays: Object.fromEntries(peers) }
  },

  // Opens a server that repeats what it hears.
  async serve({ node, seed }) {
    const server = nodes.get(node).createServer({ shareLocalAddress: false }, (stream) => {
      stream.on('error', () => {})
      stream.pipe(stream)
    })
    servers.add(node, server)
    const keyPair = HyperDHT.keyPair(hex(seed))
    await server.listen(keyPair)
    return { key: keyPair.publicKey.toString('hex') }
  },

  // What the server of that key made of `value`; null where it cannot be reached.
  async connect({ node, key, value }) {
    const stream = nodes.get(node).connect(hex(key), { localConnection: false })
    const heard = await new Promise((resolve) => {
      setTimeout(() => resolve(null), CONNECT_MS).unref()
      stream.on('error', () => resolve(null))
      stream.on('open', () => stream.write(hex(value)))
      stream.on('data', resolve)
    })
    stream.destroy()
    return { value: heard ? heard.toString('hex') : null }
  },

  stats({ node }) {
    const dht = nodes.get(node)
    return { contacts: dht.nodes.length, persistent: dht.id !== null }
  },

  quit() {}
})
