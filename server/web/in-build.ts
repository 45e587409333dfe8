import path from 'node:path'
import { env } from '../env.ts'

/** A place in the build that this process serves, or its folder. */
export function inBuild(place = ''): string {
  return path.join(process.cwd(), env().NEXT_DIST_DIR, place)
}
