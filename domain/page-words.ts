/** What result pages show of a title or a description before they cut it off themselves. Characters. */
export const TITLE_MAX = 60
export const DESCRIPTION_MAX = 160

/** What stands behind every title. */
export const TITLE_END = ' · Saleday'

/** The title of a page, with the shop's name behind it. A long one is cut between words. */
export function pageTitle(words: string): string {
  return cutWords(words, TITLE_MAX - TITLE_END.length) + TITLE_END
}

/** What a page says of itself where it is found; cut between words where it is too long. */
export function pageDescription(words: string): string {
  return cutWords(words, DESCRIPTION_MAX)
}

/** At most `max` characters: whole words and an ellipsis, or one word cut short where it is longer than all of that. */
export function cutWords(text: string, max: number): string {
  const plain = text.replace(/\s+/g, ' ').trim()
  if (plain.length <= max) return plain
  const room = plain.slice(0, max - 1)
  const end = plain[room.length] === ' ' ? room.length : room.lastIndexOf(' ')
  const cut = end > 0 ? room.slice(0, end) : withoutHalves(room)
  return `${cut.replace(/[\s,;:.–-]+$/, '')}…`
}

/** A cut may not go through the middle of a character of two units. */
function withoutHalves(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}
