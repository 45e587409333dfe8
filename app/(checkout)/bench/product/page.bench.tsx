import type { Metadata } from 'next'
import ProductPage from '../../../(shop)/p/[slug]/[[...chosen]]/page.tsx'

export const metadata: Metadata = { title: 'With a hole' }

/** A product page whose layout asks who the visitor is: what a page costs that has one thing of its own for each request. For benches only. */
export default function ProductPageWithHole() {
  return <ProductPage params={Promise.resolve({ slug: 'canvas-high-tops', chosen: [] })} />
}
