// Keeps the app's own files for when there is no network. Puzzles are kept by the app; prices are asked of the till, always.
const shell = ['/', '/app.js', '/app.css', '/places.js', '/icon.svg', '/app.webmanifest']
const name = 'squares-1'

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(shell)))
  self.skipWaiting()
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url)
  if (origin !== location.origin || !shell.includes(pathname)) return
  const fresh = fetch(event.request).then(async (response) => {
    if (response.ok) await caches.open(name).then((cache) => cache.put(event.request, response.clone()))
    return response
  })
  event.respondWith(fresh.catch(() => caches.match(pathname)))
})
