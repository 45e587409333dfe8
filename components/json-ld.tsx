import { type Thing, toScriptText } from '#/domain/structured-data.ts'

/** What a page says of itself to machines that read it. Data, not a program: no browser runs it. */
export function JsonLd({ things }: { things: readonly Thing[] }) {
  return <script type="application/ld+json">{toScriptText(things)}</script>
}
