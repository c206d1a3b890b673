// protocol neither reads a clock nor a page.
export const now = () => [Date.now(), document.title, Buffer.from(''), fetch('/'), Math.random()]
