import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '#/components/breadcrumbs.tsx'
import { BuyForm } from '#/components/buy-form.tsx'
import { Chapter } from '#/components/chapter.tsx'
import controls from '#/components/controls.module.css'
import { DeliveryEstimate } from '#/components/delivery-estimate.tsx'
import { Gallery } from '#/components/gallery.tsx'
import { PageNav, SortNav } from '#/components/list-nav.tsx'
import { Notice } from '#/components/notice.tsx'
import { PriceTag } from '#/components/price-tag.tsx'
import { ProductGrid } from '#/components/product-grid.tsx'
import { VariantLinks, VariantRadios } from '#/components/variant-choice.tsx'
import { cachedFeatured } from '#/server/web/catalog.ts'
import { DrawerLines } from './drawer-lines.client.tsx'
import styles from './styleguide.module.css'

export const metadata: Metadata = {
  title: 'Style guide',
  description: 'Every part that pages are made of, in every state.',
  robots: { index: false },
}

const COLOURS = ['paper', 'sheet', 'ink', 'quiet', 'rule', 'edge', 'sale', 'good', 'focus'] as const
const SIZES = ['display', 'title', 'large', 'body', 'small'] as const
const EUR = 'EUR' as const
const LINE = { href: '/', label: 'Black', maxQuantity: 10, problem: null, busy: '' } as const

/** What there is to build pages of. Not in the sitemap: it is for whoever makes pages, and is looked at in tests. */
export default async function StyleguidePage() {
  const [first, second, third, fourth] = await cachedFeatured()
  const cards = [first, second, third, fourth].filter((card) => card !== undefined)
  const pictures = cards.flatMap(({ picture }) => picture ?? [])
  return (
    <main id="content">
      <h1>Style guide</h1>
      <Chapter number={1} title="Colours">
        <ul className={styles.swatches}>
          {COLOURS.map((colour) => (
            <li key={colour} className={styles[colour]}>
              {colour}
            </li>
          ))}
        </ul>
      </Chapter>
      <Chapter number={2} title="Type">
        {SIZES.map((size) => (
          <p key={size} className={styles[size]}>
            {`${size}: Good things, while they last`}
          </p>
        ))}
        <p className="money">0123456789 €1,234.50</p>
        <p className="quiet">Quiet words, for what matters less.</p>
      </Chapter>
      <Chapter number={3} title="Controls">
        <div className={styles.row}>
          <State name="A button">
            <button type="button" className={controls.button}>
              Add to cart
            </button>
          </State>
          <State name="at work">
            <button type="button" className={controls.button} disabled>
              One moment…
            </button>
          </State>
          <State name="a lesser one">
            <button type="button" className={controls.plain}>
              Remove
            </button>
          </State>
        </div>
        <div className={styles.row}>
          <State name="A field">
            <label className={controls.field}>
              Town or city
              <input autoComplete="off" defaultValue="Galway" />
            </label>
          </State>
          <State name="with a mistake">
            <label className={controls.field}>
              Postcode
              <input autoComplete="off" aria-invalid="true" aria-describedby="style-problem" />
            </label>
            <p id="style-problem" className={controls.error}>
              Please tell us the postcode.
            </p>
          </State>
          <State name="a choice">
            <div className={controls.choices}>
              {['39', '40', '41'].map((size) => (
                <label key={size} className={controls.choice}>
                  <input type="radio" name="style-size" value={size} defaultChecked={size === '40'} />
                  {size}
                </label>
              ))}
            </div>
          </State>
        </div>
      </Chapter>
      <Chapter number={4} title="Prices">
        <div className={styles.row}>
          <State name="A price">
            <PriceTag minor={69_00} compareAtMinor={null} currency={EUR} />
          </State>
          <State name="for less">
            <PriceTag minor={98_00} compareAtMinor={130_00} currency={EUR} />
          </State>
          <State name="where variants differ">
            <PriceTag minor={9_00} compareAtMinor={null} currency={EUR} from />
          </State>
        </div>
      </Chapter>
      <Chapter number={5} title="Notices">
        <Notice>Only 2 left. We have changed the quantity; please look at your cart before you go on.</Notice>
      </Chapter>
      <Chapter number={6} title="A grid" more={{ href: '/c/everything', words: 'All of it' }}>
        <ProductGrid products={cards} heading="h3" />
      </Chapter>
      <Chapter number={7} title="A list's order and pages">
        <SortNav slug="everything" sort="newest" />
        <PageNav slug="everything" choice={{ sort: 'catalogue', page: 2 }} pages={3} />
      </Chapter>
      <Chapter number={8} title="A form to buy by">
        <div className={styles.row}>
          <State name="One variant">
            <BuyForm product={{ choice: null, variants: [variant('STYLE', '', null)] }} stock={null} />
          </State>
          <State name="several, with a limit">
            <BuyForm
              product={{ choice: 'Size', variants: [variant('STYLE-39', '39', 2), variant('STYLE-40', '40', 2)] }}
              stock={<p>3 left</p>}
            />
          </State>
          <State name="none any more">
            <BuyForm product={{ choice: null, variants: [] }} stock={null} />
          </State>
        </div>
      </Chapter>
      <Chapter number={9} title="The way here">
        <Breadcrumbs way={[{ name: 'Home', href: '/' }]} here="Style guide" />
      </Chapter>
      <Chapter number={10} title="A choice of variants">
        <div className={styles.row}>
          <State name="an option that is a page each">
            <VariantLinks
              name="Colour"
              links={['Black', 'Off white'].map((value, i) => ({ value, href: `#${value}`, chosen: i === 0, base: '', last: [] }))}
            />
          </State>
          <State name="the last option, with other prices">
            <form>
              <VariantRadios
                name="Length"
                chosen="STYLE-SHORT"
                radios={[
                  { sku: 'STYLE-SHORT', label: 'Short', value: 'Short', notes: ['€39.00'] },
                  { sku: 'STYLE-LONG', label: 'Long', value: 'Long', notes: ['€45.00'] },
                ]}
              />
            </form>
          </State>
        </div>
      </Chapter>
      <Chapter number={11} title="Delivery">
        <DeliveryEstimate />
      </Chapter>
      <Chapter number={12} title="A gallery">
        <Gallery photos={pictures} of="the style guide" />
      </Chapter>
      <Chapter number={13} title="Lines of the cart drawer">
        <DrawerLines
          lines={[
            { ...LINE, name: 'As it is', quantity: 2, amount: '€138.00' },
            { ...LINE, name: 'On its way', quantity: 1, amount: null, busy: 'Adding…' },
            { ...LINE, name: 'Sold out since', quantity: 3, amount: '€207.00', problem: 'Sold out.' },
          ].map((line) => ({ ...line, picture: pictures[0] ?? null }))}
        />
      </Chapter>
    </main>
  )
}

function State({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.state}>
      <p className="quiet small">{name}</p>
      {children}
    </div>
  )
}

function variant(code: string, value: string, limitPerCustomer: number | null) {
  return { sku: code, label: value, value, limitPerOrder: 10, limitPerCustomer, price: { minor: 69_00, currency: EUR } }
}
