// Keeps the last light page and its fonts on the device. From the network first; without one the kept page, marked as
// such; nothing once it is too old, and nothing any more for whoever is signed out.
const STORE = "plumbline-light-1"
const PAGE = "/light"
const FONTS = [400, 600].map(weight => `ibm-plex-sans-latin-${weight}-normal.woff2`)
const LONGEST_MILLISECONDS = 72 * 3600 * 1000
const PATIENCE_MILLISECONDS = 6000

// What the first visit showed came before there was a worker: it is kept now, or there would be nothing to fall back on.
self.addEventListener("install", event => event.waitUntil((async () => {
  await Promise.allSettled([page(), ...FONTS.map(name => font(new Request(`/app/static/${name}`)))])
  await self.skipWaiting()
})()))
self.addEventListener("activate", event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== STORE && name.startsWith("plumbline-light")) await caches.delete(name)
  await self.clients.claim()
})()))

const kept = async () => {
  const store = await caches.open(STORE)
  const found = await store.match(PAGE)
  if (!found) return null
  if (Date.now() - new Date(found.headers.get("date")) < LONGEST_MILLISECONDS) return found
  await store.delete(PAGE)
  return null
}

const page = async () => {
  const store = await caches.open(STORE)
  const old = await kept()
  const tag = old && old.headers.get("etag")
  try {
    const answer = await fetch(PAGE, {
      headers: { Accept: "text/html", ...(tag ? { "If-None-Match": tag } : {}) },
      credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    })
    if (answer.status === 304 && old) return old
    if (answer.ok) await store.put(PAGE, answer.clone())
    else if (answer.status < 500) await store.delete(PAGE)
    if (answer.status < 500) return answer
  } catch { /* no network, or none that answers: the kept page says so */ }
  if (!old) return Response.error()
  const headers = new Headers(old.headers)
  headers.set("X-Plumbline-Kept", "yes")
  return new Response(await old.text(), { status: 200, headers })
}

const font = async request => {
  const store = await caches.open(STORE)
  const found = await store.match(request)
  if (found) return found
  const answer = await fetch(request)
  if (answer.ok) await store.put(request, answer.clone())
  return answer
}

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url)
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return
  if (url.pathname === PAGE) event.respondWith(page())
  else if (url.pathname.startsWith("/app/static/")) event.respondWith(font(event.request))
})
