import { invalidRequest } from './gateway-error.ts'

export type FormValue = string | FormValue[] | { [key: string]: FormValue }

/** Reads `a=1&metadata[orderId]=x&types[0]=card` into nested objects and arrays, as the SDK writes it. */
export function parseFormBody(text: string): Record<string, FormValue> {
  const root: Record<string, FormValue> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    const steps = [...name.matchAll(/^[^[\]]+|\[([^[\]]*)\]/g)].map(([whole, inner]) => inner ?? whole)
    if (steps.length === 0 || steps.length > 4) throw invalidRequest(`Invalid parameter name: ${name.slice(0, 80)}`)
    put(root, steps, value)
  }
  return arraysOf(root) as Record<string, FormValue>
}

function put(target: Record<string, FormValue>, [step = '', ...rest]: string[], value: string): void {
  if (rest.length === 0) {
    target[step] = value
    return
  }
  if (typeof target[step] !== 'object') target[step] = Object.create(null) as Record<string, FormValue>
  put(target[step] as Record<string, FormValue>, rest, value)
}

/** Objects whose keys are 0, 1, 2 … are arrays. */
function arraysOf(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, arraysOf(inner)] as const)
  const isArray = entries.length > 0 && entries.every(([key], i) => key === String(i))
  return isArray ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
}
