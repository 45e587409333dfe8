import { fileURLToPath } from 'node:url'
import { PHASE_PRODUCTION_BUILD } from 'next/constants.js'
import { BUILD_ORIGIN } from './server/web/own-origin.ts'

/** @type {import('next').NextConfig} */
const config = {
  // Tests build beside a running store, so they name another folder.
  distDir: process.env.NEXT_DIST_DIR ?? '.next',
  // Pages that only a bench needs, such as an action that does nothing, are in no other build.
  pageExtensions: [...(process.env.NEXT_WITH_BENCH ? ['bench.tsx'] : []), 'tsx', 'ts', 'jsx', 'js'],
  // Stands in every page and in all that a soft step gets, so that each release knows what is its own. See docs/decisions/0020.
  generateBuildId: () => process.env.RELEASE_ID ?? null,
  cacheHandler: fileURLToPath(new URL('./server/web/page-cache.mjs', import.meta.url)),
  // Pages are in the one memory that the page cache has, and what they read is in the data cache.
  cacheMaxMemorySize: 0,
  cacheComponents: true,
  partialPrefetching: true,
  // Photographs are encoded ahead of time; the framework's own encoder would work for whoever asks.
  images: { unoptimized: true },
  poweredByHeader: false,
  reactStrictMode: true,
  typedRoutes: false,
  // All but one of them is in every browser that Next supports, and nothing but development asks for that one (Next 16.4).
  turbopack: { resolveAlias: { '../build/polyfills/polyfill-module': 'next/dist/compiled/server-only/empty.js' } },
  // `npm run verify` does, of tests and scripts too, and a mistake there is no reason to keep a shop closed.
  typescript: { ignoreBuildErrors: true },
  // Orders are small; nothing that a form of ours sends comes near this.
  experimental: {
    serverActions: { bodySizeLimit: '64kb' },
    globalNotFound: true,
    // Renders each dynamic page a second time, as a prefetch nobody asked for: see docs/decisions/0006 for what that costs under load.
    cachedNavigations: false,
    disableResumeDataCacheCompression: true,
    // One document holds what its first screen needs. See docs/decisions/0006.
    inlineCss: true,
    // A sheet that stands in its page costs no request, so hardly any is made larger to save one.
    cssChunking: { type: 'graph', requestCost: 500 },
    // Few files, because each competes with the first photograph. Source: measurements in docs/decisions/0006.
    turbopackChunking: { minChunkSize: 500_000, maxMergeChunkSize: 3_000_000, requestCost: 5_000_000, firstPageLoadPriority: 1 },
  },
}

export default function configure(/** @type {string} */ phase) {
  // A build is run under any address; what it makes of its pages says so, and is put right on the way out.
  if (phase === PHASE_PRODUCTION_BUILD) process.env.PUBLIC_URL = BUILD_ORIGIN
  return config
}
