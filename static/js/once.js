// A form that is being sent is not sent again: a second press within these seconds, or while the page is
// leaving, does nothing. Coming back by the browser's Back button makes the form usable again.
const SECONDS = 5

export function keepOnce () {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (event.defaultPrevented || form.method !== 'post') return
    if (form.dataset.sending) {
      event.preventDefault()
      return
    }
    form.dataset.sending = 'yes'
    window.setTimeout(() => delete form.dataset.sending, SECONDS * 1000)
  })
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sending]')) delete form.dataset.sending
  })
}
