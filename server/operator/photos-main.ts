import { systemClock } from '../clock.ts'
import { connectDatabase } from '../db/client.ts'
import { photosEnv } from '../env.ts'
import { carryOutPhotos } from './photos-answer.ts'
import { PHOTOS_USAGE, readPhotosCommand } from './read-photos-command.ts'
import { runCommand } from './run-command.ts'

/** `npm run photos`: one wish about photographs, answered on stdout. See read-photos-command.ts for what can be asked. */
process.exitCode = await runCommand(readPhotosCommand(process.argv.slice(2)), PHOTOS_USAGE, async (asked) => {
  const { DATABASE_URL, MEDIA_DIR } = photosEnv()
  const db = connectDatabase(DATABASE_URL, 2)
  try {
    return await carryOutPhotos({ db, clock: systemClock, mediaDir: MEDIA_DIR }, asked)
  } finally {
    await db.$disconnect()
  }
})
