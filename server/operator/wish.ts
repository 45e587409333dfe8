/** What comes with a merchant's wish: the id under which it happens once, and whether it is to happen. */
export type Given = { readonly id: string; readonly yes: boolean; readonly nowMs: number }

export function onlyAsked(id: string): string {
  return `Nothing was changed. Add --yes --id ${id} to do it, as often as you like: it happens once.`
}
