import { Chapter } from '#/components/chapter.tsx'
import { Message } from '#/components/message.tsx'
import { ProductGrid } from '#/components/product-grid.tsx'
import { cachedCategoryLinks, cachedSuggestions } from '#/server/web/catalog.ts'

const SHOWN = 4

/** For addresses that lead nowhere: says so, and where else to go. */
export default async function NotFound() {
  const [categories, suggested] = await Promise.all([cachedCategoryLinks(), cachedSuggestions()])
  const ways = (
    <nav aria-label="Where else to look">
      {categories.map(({ slug, name }) => (
        <a key={slug} href={`/c/${slug}`}>
          {name}
        </a>
      ))}
    </nav>
  )
  const more = suggested.length > 0 && (
    <Chapter title="Perhaps one of these" more={{ href: '/c/everything', words: 'Everything we sell' }}>
      <ProductGrid products={suggested.slice(0, SHOWN)} heading="h3" />
    </Chapter>
  )
  return (
    <Message label="404" title="We have nothing here" ways={ways} more={more}>
      The page you asked for does not exist, or no longer does.
    </Message>
  )
}
