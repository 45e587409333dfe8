/** A photograph that is hardly wider in shape than its frame is as good as of the same shape. */
const HARDLY = 1.05

/**
 * What `sizes` has to say of a photograph that covers a frame. `sizes` is how wide the frame is; where the photograph is wider in shape, it is
 * laid out wider than the frame and its sides are cut off, and a browser that chose by the frame alone would choose one that looks soft. Both
 * ratios are width by height.
 */
export function coverSizes(sizes: string, photoRatio: number, frameRatio: number): string {
  const factor = Math.round((photoRatio / frameRatio) * 100) / 100
  if (factor <= HARDLY) return sizes
  return splitOutside(sizes, ',')
    .map((part) => {
      const words = splitOutside(part.trim(), ' ')
      const length = words.pop() ?? ''
      return [...words, length === 'auto' ? length : `calc(${factor} * ${length})`].join(' ')
    })
    .join(', ')
}

/** Splits at a character that stands outside of all brackets. */
function splitOutside(text: string, separator: string): string[] {
  const parts = ['']
  let depth = 0
  for (const character of text) {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (character === separator && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}
