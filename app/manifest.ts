import type { MetadataRoute } from 'next'

/** For a shop that somebody keeps on the first screen of a telephone. Its pictures: scripts/cut-icons.ts. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    id: '/',
    name: 'Saleday',
    short_name: 'Saleday',
    description: 'A shop with few things, well photographed, and a sale now and then.',
    start_url: '/',
    scope: '/',
    display: 'browser',
    lang: 'en',
    theme_color: '#fcfaf6',
    background_color: '#fcfaf6',
    icons: [
      { src: '/icon.svg', type: 'image/svg+xml', sizes: 'any', purpose: 'any' },
      { src: '/icon-192.png', type: 'image/png', sizes: '192x192', purpose: 'any' },
      { src: '/icon-512.png', type: 'image/png', sizes: '512x512', purpose: 'any' },
      { src: '/icon-maskable-512.png', type: 'image/png', sizes: '512x512', purpose: 'maskable' },
    ],
  }
}
