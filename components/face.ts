import localFont from 'next/font/local'

/** The shop's one typeface. Those that stand in for it until it arrives are in base.css. */
export const face = localFont({
  src: './besley.woff2',
  weight: '400 600',
  display: 'swap',
  variable: '--face',
  adjustFontFallback: false,
})
