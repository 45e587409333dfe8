import controls from '#/components/controls.module.css'

/** The way to the bank's own page, which sends its customer back. A link, because a form of ours may not leave the shop. */
export function BankStep({ url }: { url: string | null }) {
  // The gateway says where; anything but a page would be a mistake of its.
  if (!url || !/^https?:\/\//.test(url)) return <p>Your bank did not say where. Please pay with another card.</p>
  return (
    <p>
      <a href={url} className={controls.button}>
        Continue to your bank
      </a>
    </p>
  )
}
