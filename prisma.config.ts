import path from 'node:path'
import { defineConfig } from 'prisma/config'

// The CLI would download a native schema engine. Where that cannot be reached, Prisma's own WASM build of it does the same work.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ||= path.join(import.meta.dirname, 'scripts/prisma/schema-engine.mjs')

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://unset.invalid/saleday' },
})
