// A print was bought, or opened again: show the drawing in place of the sketch, and a link that saves the file.
document.addEventListener('tuppence:success', (event) => {
  const { url, contentType, body } = event.detail
  if (contentType !== 'image/svg+xml') return
  const card = event.target.closest('.print')
  const sheet = card.querySelector('.sheet')
  const file = URL.createObjectURL(new Blob([body], { type: contentType }))
  const image = new Image()
  image.src = file
  image.alt = card.querySelector('h2').textContent
  sheet.replaceChildren(image)
  card.classList.add('bought')
  const link = card.querySelector('.save') ?? document.createElement('a')
  link.className = 'save'
  link.href = file
  link.download = new URL(url).pathname.split('/').pop()
  link.textContent = 'Save the file'
  card.append(link)
})
