import { changeCode } from '#/server/web/change-code.ts'

/** Enters a discount code into the cart, or takes it out again where nothing was typed. */
export function POST(request: Request): Promise<Response> {
  return changeCode(request)
}
