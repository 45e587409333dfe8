/** Ends an exhaustive switch: a new case is a type error here, and a bug that throws if data smuggles one in. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`)
}
