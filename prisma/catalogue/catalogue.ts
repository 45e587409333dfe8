import { cameras } from './cameras.ts'
import { computers } from './computers.ts'
import { home } from './home.ts'
import { plants } from './plants.ts'
import type { Category } from './product.ts'
import { seating } from './seating.ts'
import { shoes } from './shoes.ts'
import { sport } from './sport.ts'

/** The seed shop, in the order in which it is shown. */
export const catalogue: readonly Category[] = [shoes, cameras, seating, plants, sport, computers, home]
