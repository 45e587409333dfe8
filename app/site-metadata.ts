import type { Metadata, Viewport } from 'next'
import { TITLE_END } from '#/domain/page-words.ts'
import { ownOrigin } from '#/server/web/own-origin.ts'

/** What every page says of the shop, whichever layout it has. */
export const siteMetadata: Metadata = {
  metadataBase: new URL(ownOrigin()),
  title: { default: 'Saleday', template: `%s${TITLE_END}` },
  description: 'Shoes, cameras, chairs, plants and other good things, a few of them for less today.',
  icons: {
    icon: [
      { url: '/favicon.ico', sizes: '32x32' },
      { url: '/icon.svg', type: 'image/svg+xml' },
    ],
    apple: { url: '/apple-touch-icon.png', sizes: '180x180' },
  },
  appleWebApp: { title: 'Saleday', capable: false },
  formatDetection: { telephone: false },
}

/** The paper of either scheme (components/tokens.css), so that a browser's own bars belong to the page. */
export const siteViewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fcfaf6' },
    { media: '(prefers-color-scheme: dark)', color: '#161310' },
  ],
}
