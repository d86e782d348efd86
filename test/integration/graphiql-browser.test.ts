import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const key = hmacToken(keyClaims('service_role'));
const patience = { timeout: 30_000 };

describe.skipIf(!hasBrowser)('GraphiQL in a browser', () => {
  let browser: Browser;
  let dev: TestGateway;
  let serving: TestGateway;
  let open: Page | undefined;

  beforeAll(async () => {
    const env = { JWT_SECRET: testSecret, GRAPHIQL: 'true', PUBLIC_URL: 'http://localhost' };
    browser = await startBrowser();
    dev = await startTestGateway(env);
    serving = await startTestGateway({ ...env, INTROSPECTION: 'true' }, { mode: 'serve' });
  });
  afterAll(async () => {
    await browser?.close();
    await dev?.close();
    await serving?.close();
  });
  afterEach(async () => {
    await open?.context().close();
  });

  async function visit(url: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await browser.newContext(options);
    open = await context.newPage();
    await open.goto(url);
    await open.waitForSelector('.graphiql-execute-button', patience);
    return open;
  }

  /** Runs the tab that is open; the answer, or as much of it as is on the screen. */
  async function run(page: Page, containing: string): Promise<void> {
    await page.click('.graphiql-execute-button');
    const answer = page.locator('.graphiql-response .view-lines');
    const shown = async () => {
      // The editor shows spaces that do not break.
      const text = (await answer.textContent())?.replaceAll('\u00a0', ' ');
      // GraphiQL learns the name of a new text a moment after it; until then it asks for the operation before.
      if (text?.includes('Cannot infer operation')) await page.click('.graphiql-execute-button');
      return text;
    };
    await expect.poll(shown, { ...patience, interval: 500 }).toContain(containing);
  }

  it('writes nothing that is typed or run into an address, and asks nobody else', async () => {
    const page = await visit(`${dev.graphqlUrl}?query=%7Bviewer%7Brole%7D%7D#key=${key}`);
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    page.on('framenavigated', (frame) => addresses.push(frame.url()));
    await page.click('.graphiql-query-editor .monaco-editor');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(
      // Named: without a name GraphiQL goes on asking for the one that the tab had before.
      gql(
        `mutation SignIn { signIn(input: { email: "a@example.com", password: "hunter2" }) { user { id } } }`,
      ),
    );
    await run(page, 'NOT_CONFIGURED');
    expect(page.url()).toBe(dev.graphqlUrl);
    const web = addresses.filter((address) => !/^(?:blob|data):/.test(address));
    expect(new Set(web)).toEqual(new Set([dev.graphqlUrl]));
  });

  it('keeps the key of the printed link over a reload in dev, for this tab', async () => {
    const page = await visit(`${dev.graphqlUrl}#key=${key}`);
    expect(page.url()).toBe(dev.graphqlUrl);
    await run(page, 'SERVICE_ROLE');
    await page.reload();
    await page.waitForSelector('.graphiql-execute-button', patience);
    await run(page, 'SERVICE_ROLE');
  });

  it('forgets the key at a reload in serve', async () => {
    const page = await visit(`${serving.graphqlUrl}#key=${key}`);
    await run(page, 'SERVICE_ROLE');
    await page.reload();
    await page.waitForSelector('.graphiql-execute-button', patience);
    await run(page, 'ANON');
    expect(
      await page.evaluate(
        '[{ ...localStorage }, { ...sessionStorage }].map((kept) => JSON.stringify(kept)).join()',
      ),
    ).not.toContain(key);
  });

  it('asks for the schema anew when the credentials are others', async () => {
    await using closed = await startTestGateway(
      { JWT_SECRET: testSecret, GRAPHIQL: 'true', PUBLIC_URL: 'http://localhost' },
      { mode: 'serve' },
    );
    const page = await visit(closed.graphqlUrl);
    await page.click('button[aria-label*="Documentation"]');
    const docs = page.locator('.graphiql-plugin');
    const shown = async () => await docs.textContent();
    await expect.poll(shown, patience).toContain('Error fetching schema');
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .monaco-editor').last().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(JSON.stringify({ authorization: `Bearer ${key}` }));
    await expect.poll(shown, patience).toContain('Subscription');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await expect.poll(shown, patience).toContain('Error fetching schema');
  });

  it('has examples to run, a subscription among them', async () => {
    const page = await visit(`${dev.graphqlUrl}#key=${key}`);
    await page.getByRole('tab', { name: 'Follow' }).click();
    await run(page, 'API_GATEWAY');
  });

  it('opens each example at the first click', async () => {
    const page = await visit(`${dev.graphqlUrl}#key=${key}`);
    for (const name of ['SignUp', 'Me', 'Sql', 'Follow', 'Start']) {
      await page.getByRole('tab', { name }).click();
      await expect.poll(async () => await page.locator('.graphiql-tab-active').textContent()).toContain(name);
    }
  });

  it('shows in the schema who may select a field, and how often', async () => {
    const page = await visit(`${dev.graphqlUrl}#key=${key}`);
    await page.click('button[aria-label*="Documentation"]');
    const docs = page.locator('.graphiql-plugin');
    await docs
      .getByRole('link', { name: 'Mutation' })
      .or(docs.getByText('Mutation', { exact: true }))
      .first()
      .click();
    await expect
      .poll(async () => await docs.textContent(), patience)
      .toMatch(/Access: ANON\. Limit: \d+ calls in 5m\./);
  });

  it.each(['light', 'dark'] as const)(
    'fits a phone: the answer stands below the editor (%s)',
    async (colorScheme) => {
      const page = await visit(dev.graphqlUrl, {
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
        colorScheme,
      });
      await run(page, 'ANON');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      const editor = await page.locator('.graphiql-editors').boundingBox();
      const answer = await page.locator('.graphiql-response').boundingBox();
      expect(editor?.width).toBeGreaterThan(350);
      expect(answer?.width).toBeGreaterThan(350);
      expect(answer?.y).toBeGreaterThanOrEqual((editor?.y ?? 0) + (editor?.height ?? 0));
    },
  );
});
