/** How long after `load` the framework's scripts start: 135 kB of them would otherwise compete with the first photograph (docs/decisions/0014). */
const AFTER_LOAD_MS = 200

/** A photograph that never arrives must not keep a page without its scripts. */
const AT_LATEST_MS = 10_000

/**
 * The script that starts others, each once: a moment after `load`; at once when somebody presses something, which works as a form or a link
 * meanwhile; and on a page that a browser has prepared before it is shown, not before it is. A page that comes back out of the back/forward
 * cache has them, or its timers go on. `sources` is a literal of JavaScript. They are `async`, by which React knows them again.
 */
export function startScript(sources: string): string {
  return `(()=>{let begun=0,start=()=>{if(!begun++)for(const s of ${sources}){const e=document.createElement("script");e.src=s;e.async=true;document.head.append(e)}},soon=()=>setTimeout(start,${AFTER_LOAD_MS}),wait=()=>{if(document.readyState=="complete")return soon();addEventListener("load",soon);setTimeout(start,${AT_LATEST_MS});for(const e of ["pointerdown","keydown"])addEventListener(e,start,{capture:true,once:true,passive:true})};document.prerendering?document.addEventListener("prerenderingchange",wait,{once:true}):wait()})()`
}
