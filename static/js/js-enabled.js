// Runs before the page is drawn, so that enhanced components do not flicker. A file, because the
// content security policy allows no inline script.
document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('govuk-frontend-supported')
