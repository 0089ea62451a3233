// SPDX-License-Identifier: Apache-2.0
//
// The agent protocol of README.md for the agents in JavaScript: one JSON object a line in,
// one out, answered in the order in which the work gets done.
import readline from 'node:readline'

// `handlers[command](request)` may return a promise; what it gives is the answer.
export function serve(handlers) {
  const lines = readline.createInterface({ input: process.stdin })
  lines.on('line', async (line) => {
    let request = {}
    let answer
    try {
      request = JSON.parse(line)
      const handler = handlers[request.do]
      if (!handler) throw new Error(`unsupported: ${request.do}`)
      answer = { ok: true, ...(await handler(request)) }
    } catch (error) {
      answer = { ok: false, error: error.message || String(error) }
    }
    process.stdout.write(JSON.stringify({ id: request.id, ...answer }) + '\n')
    if (request.do === 'quit') process.exit(0)
  })
  lines.on('close', () => process.exit(0))
}

export function endpointOf(text) {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) }
}

// The nodes of this process by the name that `start` gave them.
export class Nodes {
  #nodes = new Map()

  add(name, node) {
    if (this.#nodes.has(name)) throw new Error(`node ${name} exists`)
    this.#nodes.set(name, node)
  }

  get(name) {
    const node = this.#nodes.get(name)
    if (!node) throw new Error(`no node ${name}`)
    return node
  }

  remove(name) {
    const node = this.get(name)
    this.#nodes.delete(name)
    return node
  }
}

const hex = (text) => Buffer.from(text || '', 'hex')
export { hex }
