import { notFound } from 'next/navigation'

/** Where proxy.ts sends whoever may not open an order: the page beside this one, as a 404 that says nothing of whether the order exists. */
export default function NoOrderPage(): never {
  notFound()
}
