// Compiles the stylesheets and copies the scripts that govuk-frontend and Chart.js ship. Source maps are left out because
// the hashed static storage would look for the files they name.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sass from 'sass'

const source = dirname(fileURLToPath(import.meta.url))
const root = join(source, '..', '..')
const target = join(root, 'static', 'build')
const govuk = join(root, 'node_modules', 'govuk-frontend', 'dist', 'govuk')

const withoutSourceMap = (text) => text.replace(/\n?\/\/# sourceMappingURL=.*\n?/, '\n')

// The site's, and what Django's admin needs besides.
const stylesheets = ['app', 'admin'].map((name) => [
  name,
  sass.compile(join(source, `${name}.scss`), {
    loadPaths: [join(root, 'node_modules')],
    style: 'compressed',
    quietDeps: true
  })
])

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
for (const [name, stylesheet] of stylesheets) writeFileSync(join(target, `${name}.css`), stylesheet.css)
writeFileSync(
  join(target, 'govuk-frontend.min.js'),
  withoutSourceMap(readFileSync(join(govuk, 'govuk-frontend.min.js'), 'utf8'))
)
// A file of its own, for the few pages that have a chart.
writeFileSync(
  join(target, 'chart.umd.min.js'),
  withoutSourceMap(readFileSync(join(root, 'node_modules', 'chart.js', 'dist', 'chart.umd.min.js'), 'utf8'))
)
