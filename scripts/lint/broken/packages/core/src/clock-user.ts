// core reaches for nothing outside its ports.
export const at = () => [Date.now(), performance.now(), globalThis.fetch('/'), indexedDB.databases(), setTimeout(() => {}, 1)]
export const odds = () => [Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(1)), document.title, process.env]
