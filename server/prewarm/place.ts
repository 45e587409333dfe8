/** An address that the shop is reached at: a web process, or an edge in front of some. */
export type Place = {
  /** Its origin, `http://127.0.0.1:3000`. */
  readonly origin: string
  /** How shoppers call the shop, where that is another name: what is asked is asked under it, and what pages name under it is followed. */
  readonly publicOrigin: string
  /** Whoever gave it says that it is an edge: then it is held to that, whatever it says itself. */
  readonly mustBeEdge: boolean
  /** Opens `/api/cache` of a web process. Null for an address of which nobody but the command line knows that it is ours. */
  readonly token: string | null
}

/** The origins whose addresses are asked for, at the place itself and nowhere else. */
export function ownOrigins({ origin, publicOrigin }: Place): readonly string[] {
  return [origin, publicOrigin]
}
