// A package registry on this machine that has our packed packages; for any other it sends npm on to the registry it would have asked.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

type Packed = Readonly<{ file: string; manifest: { name: string; version: string; [field: string]: unknown } }>

/** What was packed, and a registry that has it. `tarball`: a package's file by its name. */
export type Registry = Readonly<{ url: string; tarballs: ReadonlyMap<string, string>; close: () => Promise<void> }>

/** Packs every published package as it would be published, and serves them. */
export async function openRegistry(): Promise<Registry> {
  const packed = packAll()
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').slice(1).split('?')[0] ?? '')
    const named = packed.get(path)
    const file = [...packed.values()].find((one) => path === `-/${one.manifest.name}.tgz`)?.file
    if (named) {
      response.setHeader('content-type', 'application/json')
      // Another run may be at this port with other packages.
      response.setHeader('cache-control', 'no-store')
      response.end(JSON.stringify(documentOf(named, `http://${request.headers.host}`)))
    } else if (file !== undefined) response.end(readFileSync(file))
    else {
      response.writeHead(302, { location: upstream.replace(/\/$/, '') + (request.url ?? '/') })
      response.end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tarballs: new Map([...packed].map(([name, { file }]) => [name, file])),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function packAll(): Map<string, Packed> {
  const folder = mkdtempSync(join(tmpdir(), 'tuppence-packed-'))
  const packed = new Map<string, Packed>()
  for (const name of readdirSync(join(root, 'packages'))) {
    const target = join(folder, name)
    execFileSync('pnpm', ['--dir', join(root, 'packages', name), 'pack', '--silent', '--pack-destination', target], {
      stdio: 'ignore',
    })
    const file = join(target, readdirSync(target).find((entry) => entry.endsWith('.tgz')) ?? '')
    const manifest = JSON.parse(
      execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' }),
    ) as Packed['manifest']
    packed.set(manifest.name, { file, manifest })
  }
  return packed
}

function documentOf({ file, manifest }: Packed, url: string): object {
  const { name, version } = manifest
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  const dist = { tarball: `${url}/-/${name}.tgz`, integrity }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}
