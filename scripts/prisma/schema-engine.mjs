#!/usr/bin/env node
// Prisma's schema engine (its WASM build, over @prisma/adapter-pg), speaking the JSON-RPC on stdio that the Prisma CLI expects of the
// native binary. The CLI starts it through PRISMA_SCHEMA_ENGINE_BINARY, see prisma.config.ts.
import crypto from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import readline from 'node:readline'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import pg from 'pg'

const require = createRequire(import.meta.url)
const argv = process.argv.slice(2)
if (argv.includes('--version')) {
  const ofPrisma = createRequire(require.resolve('prisma/package.json'))
  console.log(`schema-engine-cli ${ofPrisma('@prisma/engines-version').enginesVersion}`)
  process.exit(0)
}

const { datamodels, url, command } = parseArguments(argv)
function parseArguments(words) {
  const datamodels = []
  let datasource = {}
  let command
  for (let i = 0; i < words.length; i += 1) {
    if (words[i] === '--datamodels') datamodels.push(words[++i])
    else if (words[i] === '--datasource') datasource = JSON.parse(words[++i])
    else if (words[i] === '--enabled-preview-features' || words[i] === '--extension-types') i += 1
    else if (words[i] === 'cli') command = words[++i]
  }
  return { datamodels, url: datasource.url ?? process.env.DATABASE_URL, command }
}

/** The one-shot form: `cli can-connect-to-database` and `cli create-database`. Failures carry Prisma's error codes. */
async function runCommand(name) {
  try {
    if (name === 'can-connect-to-database') {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.end()
    } else if (name === 'create-database') await createDatabase(url)
    else throw Object.assign(new Error(`unsupported command ${name}`), { code: 'unsupported' })
    process.exit(0)
  } catch (error) {
    const error_code = error.code === '3D000' ? 'P1003' : error.code === 'unsupported' ? 'P0000' : 'P1001'
    const fields = { error_code, message: error.message, is_panic: false }
    process.stderr.write(`\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}\n`)
    process.exit(1)
  }
}

/** The server form: one JSON-RPC request a line, answered in any order, until stdin closes. */
async function serve() {
  const engine = await startEngine()
  let pending = 0
  let closed = false
  let printId = 1_000_000
  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const methods = {
    createDatabase: async (params) => ({ databaseName: await createDatabase(params?.datasource?.url ?? url) }),
    getDatabaseVersion: (params) => engine.version(params),
    diff: async (params) => {
      const result = await engine.diff(params)
      if (result.stdout == null) return result
      send({ id: printId++, method: 'print', params: { content: result.stdout } })
      return { ...result, stdout: null }
    },
  }
  const lines = readline.createInterface({ input: process.stdin })
  lines.on('line', async (line) => {
    if (!line.trim()) return
    const { id, method, params } = JSON.parse(line)
    if (!method) return // the acknowledgement of a print
    pending += 1
    try {
      const first = Array.isArray(params) ? params[0] : params
      const result = methods[method] ? await methods[method](first) : await engine[method](first)
      send({ id, result: result ?? {} })
    } catch (error) {
      const panic = globalThis.PRISMA_WASM_PANIC_REGISTRY.message
      const data = {
        is_panic: !!panic,
        message: panic ?? error?.message ?? String(error),
        meta: error?.meta ?? null,
        error_code: error?.code ?? null,
      }
      send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } })
    }
    pending -= 1
    if (closed && pending === 0) process.exit(0)
  })
  lines.on('close', () => {
    closed = true
    if (pending === 0) process.exit(0)
  })
}

async function startEngine() {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const folder = path.dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'))
  const wasm = fs.readFileSync(path.join(folder, 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message(message) {
      this.message = message
    },
  }
  const factory = bindMigrationAwareSqlAdapterFactory(new SchemaAdapterFactory(connectionFields(url)))
  const models = datamodels.length ? datamodels.map((file) => [file, fs.readFileSync(file, 'utf8')]) : undefined
  return bindings.SchemaEngine.new({ datamodels: models }, () => {}, factory)
}

/** As adapter-pg, but with the catalogue's types mapped, and a shadow database that is dropped only once no connection uses it. */
class SchemaAdapterFactory extends PrismaPg {
  constructor(config) {
    super(config)
    this.config = config
  }

  async connect() {
    return mapCatalogueTypes(await super.connect())
  }

  async connectToShadowDb() {
    const database = `prisma_migrate_shadow_db_${crypto.randomUUID()}`
    await runOnce(this.config, `CREATE DATABASE "${database}"`)
    const adapter = await new SchemaAdapterFactory({ ...this.config, database }).connect()
    const dispose = adapter.dispose.bind(adapter)
    adapter.dispose = async () => {
      await dispose()
      await runOnce(this.config, `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`)
    }
    return adapter
  }
}

/** adapter-pg knows no types that only the catalogue uses; the engine wants `"char"` (OID 18) as a character and the rest as text. */
function mapCatalogueTypes(adapter) {
  const asKnownType = { 1002: 1009, 1003: 1009, 18: 25, 22: 25, 24: 25, 30: 25, 2205: 25 }
  const characterColumns = new WeakMap()
  const performIO = adapter.performIO.bind(adapter)
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.performIO = async (query) => {
    const result = await performIO(query)
    result.fields?.forEach((field, i) => {
      if (field.dataTypeID === 18) characterColumns.set(query, [...(characterColumns.get(query) ?? []), i])
      field.dataTypeID = asKnownType[field.dataTypeID] ?? field.dataTypeID
    })
    return result
  }
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query)
    for (const i of characterColumns.get(query) ?? []) result.columnTypes[i] = ColumnTypeEnum.Character
    return result
  }
  if (adapter.startTransaction) {
    const startTransaction = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = async (...options) => mapCatalogueTypes(await startTransaction(...options))
  }
  return adapter
}

/** Discrete fields, because node-postgres ignores `database` beside a `connectionString`: the shadow database would be the real one. */
function connectionFields(address) {
  const target = new URL(address)
  const options = target.searchParams
  const sslmode = options.get('sslmode')
  return {
    host: options.get('host') ?? decodeURIComponent(target.hostname),
    port: Number(target.port || 5432),
    user: decodeURIComponent(target.username) || undefined,
    password: decodeURIComponent(target.password) || undefined,
    database: decodeURIComponent(target.pathname.slice(1)),
    max: 2,
    ...(sslmode && sslmode !== 'disable' ? { ssl: { rejectUnauthorized: sslmode.startsWith('verify') } } : {}),
  }
}

/** Creates the database that `address` names and returns its name. */
async function createDatabase(address) {
  const { database, ...server } = connectionFields(address)
  await runOnce({ ...server, database: 'postgres' }, `CREATE DATABASE "${database.replaceAll('"', '""')}"`)
  return database
}

async function runOnce(config, sql) {
  const client = new pg.Client(config)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

if (command) await runCommand(command)
else await serve()
