import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const program = '/usr/bin/chromium';

/** Tests that need a browser are left out, by name, on a machine without Debian's. */
export const hasBrowser = existsSync(program);

/** Starts a browser that shows nothing on a screen and calls nobody by itself. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: program,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
