// Starts a Chromium that keeps sites apart the way a reader's does. Every end-to-end test gets its browser here.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext } from '@playwright/test'

/** Whether sites may use third-party cookies, which in Chromium decides on storage access as well. */
export type ThirdPartyCookies = 'allowed' | 'blocked'

// What Playwright 1.65 turns off, in its order. It leaves storage partitioning and popup blocking out of every test
// by default; we take both switches away and give the first one back without the partitioning.
const turnedOff = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
]
const disableFeatures = (names: string[]) => `--disable-features=${names.join(',')}`

// chrome://settings/cookies: 1 blocks third-party cookies, 2 blocks them in incognito windows only (Chrome's default).
const cookieControls: Record<ThirdPartyCookies, number> = { blocked: 1, allowed: 2 }

/** A profile folder on disk, so that a browser can be closed and come back tomorrow. */
export type Profile = { folder: string; thirdPartyCookies: ThirdPartyCookies }

/** Makes an empty profile. The caller removes it with `removeProfile`. @param storage - `blocked`: for every site, its own too. */
export function makeProfile(thirdPartyCookies: ThirdPartyCookies, storage: 'usual' | 'blocked' = 'usual'): Profile {
  const folder = mkdtempSync(join(tmpdir(), 'tuppence-reader-'))
  mkdirSync(join(folder, 'Default'))
  const blocked = storage === 'blocked' && { default_content_setting_values: { cookies: 2 } }
  const preferences = { profile: { cookie_controls_mode: cookieControls[thirdPartyCookies], ...blocked } }
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences))
  return { folder, thirdPartyCookies }
}

export function removeProfile({ folder }: Profile): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

export type BrowserOptions = {
  viewport?: { width: number; height: number }
  colorScheme?: 'light' | 'dark'
  deviceScaleFactor?: number
  javaScriptEnabled?: boolean
  /** A phone: touches instead of a mouse, and a page that keeps to `width=device-width`. */
  hasTouch?: boolean
  isMobile?: boolean
}

/** Opens a browser on a profile: a persistent context, because incognito ones always block third-party cookies. */
export async function openBrowser({ folder }: Profile, options: BrowserOptions = {}): Promise<BrowserContext> {
  const executablePath = process.env['CHROMIUM']
  const context = await chromium.launchPersistentContext(folder, {
    ...(executablePath === undefined ? {} : { executablePath }),
    headless: true,
    viewport: { width: 1200, height: 900 },
    ...options,
    ignoreDefaultArgs: ['--disable-popup-blocking', disableFeatures(turnedOff)],
    args: [
      '--no-sandbox',
      // Emulation alone leaves frames of other sites at one pixel a pixel.
      ...(options.deviceScaleFactor === undefined ? [] : [`--force-device-scale-factor=${options.deviceScaleFactor}`]),
      disableFeatures(turnedOff.filter((name) => name !== 'ThirdPartyStoragePartitioning')),
    ],
  })
  context.setDefaultTimeout(10_000)
  return context
}
