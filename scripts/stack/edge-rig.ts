import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { type Answer, page, StandIn } from './stand-in-web.ts'
import { startTestEdge, startTestVarnish, type TestEdge, type TestVarnish } from './test-edge.ts'
import { startTestStack, type TestStack } from './test-stack.ts'

export type EdgeKind = 'nginx' | 'varnish'

type Question = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string; readonly from?: string }

const PATIENCE_MS = 45_000
const LOOK_MS = 50

/** A real edge by our rules in front of two web processes that a test tells what to answer. */
export class EdgeRig {
  readonly webs: readonly StandIn[] = [new StandIn(), new StandIn()]
  readonly #kind: EdgeKind
  readonly #trusted: readonly string[]
  /** One for each address that was asked from. */
  readonly #agents = new Map<string, Agent>()
  #stack: TestStack | null = null
  #nginx: TestEdge | null = null
  #varnish: TestVarnish | null = null
  #pages = 0

  constructor(kind: EdgeKind, trusted: readonly string[] = []) {
    this.#kind = kind
    this.#trusted = trusted
  }

  get stack(): TestStack {
    if (!this.#stack) throw new Error('the rig is not started')
    return this.#stack
  }

  get edge(): TestEdge {
    if (!this.#nginx) throw new Error('this rig has no nginx')
    return this.#nginx
  }

  get varnish(): TestVarnish {
    if (!this.#varnish) throw new Error('this rig has no Varnish')
    return this.#varnish
  }

  get url(): string {
    return this.#nginx?.url ?? this.#varnish?.url ?? ''
  }

  async start(): Promise<void> {
    this.#stack = await startTestStack({ without: ['postgres', 'core', 'cache', 'gateway', 'mail'] })
    for (const web of this.webs) await web.start()
    const [assets, media] = [path.join(this.stack.folder, 'assets'), path.join(this.stack.folder, 'media')]
    fs.mkdirSync(path.join(assets, '_next/static/chunks'), { recursive: true })
    const options = {
      pool: this.webs.map(({ port }) => `127.0.0.1:${port}`),
      publicHost: 'shop.example',
      assets,
      media,
      trusted: this.#trusted,
    }
    if (this.#kind === 'nginx') this.#nginx = await startTestEdge(this.stack, options)
    else this.#varnish = await startTestVarnish(this.stack, options)
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents.values()) await agent.destroy()
    for (const web of this.webs) await web.kill()
    await this.#stack?.stop()
  }

  /** What was asked and told before. */
  forget(): void {
    for (const web of this.webs) {
      web.answer = page
      web.asked.length = 0
    }
  }

  /** As before the first test: web processes that a machine was too busy to hear of are taken for well again. */
  async prepare(): Promise<void> {
    this.forget()
    await this.until('a web process answers', async () => (await this.ask(this.newPage())).status === 200)
    this.forget()
  }

  readonly asked = () => this.webs.flatMap((web) => web.asked)

  readonly answerAll = (answer: Answer): void => {
    for (const web of this.webs) web.answer = answer
  }

  /** An address that nobody has asked for yet. */
  readonly newPage = (): string => {
    this.#pages += 1
    return `/p/page-${this.#pages}`
  }

  readonly ask = async (target: string, { method = 'GET', headers = {}, body, from }: Question = {}) => {
    const more = { ...(body === undefined ? {} : { body }), ...(from === undefined ? {} : { dispatcher: this.#askingFrom(from) }) }
    const answer = await request(this.url + target, { method: method as 'GET', headers, ...more })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    const layers = [answer.headers['cache-status']].flat().at(-1)?.split(', ').at(-1)
    return { status: answer.statusCode, headers: answer.headers as Record<string, string>, layers, bytes, text: bytes.toString() }
  }

  /** Another address of this machine. */
  #askingFrom(localAddress: string): Agent {
    const agent = this.#agents.get(localAddress) ?? new Agent({ localAddress, connect: { family: 4 } })
    this.#agents.set(localAddress, agent)
    return agent
  }

  /** Sends bytes as they are and reads until the other end closes. */
  readonly speak = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = net.connect(Number(new URL(this.url).port), '127.0.0.1', () => socket.write(bytes))
      let said = ''
      socket.on('data', (chunk) => {
        said += chunk
      })
      socket.on('close', () => resolve(said))
      socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve(said) : reject(error)))
    })

  readonly until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
    const giveUpAt = Date.now() + PATIENCE_MS
    while (!(await isSo())) {
      if (Date.now() > giveUpAt) throw new Error(`it did not come true that ${what}`)
      await setTimeout(LOOK_MS)
    }
  }
}
