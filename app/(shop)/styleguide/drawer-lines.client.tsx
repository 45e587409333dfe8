'use client'

import { DrawerLine, type DrawerLineProps } from '#/components/drawer-line.client.tsx'

type Line = Omit<DrawerLineProps, 'onSet'>

/** Lines of the cart drawer whose buttons do nothing. */
export function DrawerLines({ lines }: { lines: readonly Line[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <DrawerLine key={line.name + line.label} {...line} onSet={() => {}} />
      ))}
    </ul>
  )
}
