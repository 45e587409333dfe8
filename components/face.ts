import localFont from 'next/font/local'

/** The shop's one typeface. Its fallback is stretched to the same measures, so that nothing moves when it arrives. */
export const face = localFont({
  src: './besley.woff2',
  weight: '400 600',
  display: 'swap',
  variable: '--face',
  adjustFontFallback: 'Times New Roman',
})
