// The page begins with a part of its program; the others are loaded behind the first picture.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ready, run, scene, site } from './page.mjs';

const here = site();

/** A page of which some parts do not arrive until `let` is called. */
async function withheld(pattern) {
  const profile = await here.browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await profile.newPage();
  await page.route(pattern, (route) => route.abort());
  await page.goto(here.server.address);
  await page.waitForSelector('.stage [data-node]');
  return { page, profile, arrive: () => page.unroute(pattern) };
}

test('a part that cannot be loaded is said to be missing, and is there when it is asked for again', async () => {
  const { page, profile, arrive } = await withheld('**/split_panels-*');
  await page.getByRole('button', { name: 'Help' }).click();
  await page.getByText('This part of the page could not be loaded.').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.locator('.palette').first().waitFor();
  await arrive();
  await page.getByRole('button', { name: 'Help' }).click();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Whatever you do is a command').waitFor();
  await profile.close();
});

test('what runs a tool before the tools are there is refused in words, and done once they are', async () => {
  const { page, profile, arrive } = await withheld('**/split_extras-*');
  await ready(page);
  const tool = 'topic orders\nsettle\nkafka-topics.sh --bootstrap-server localhost:9092 --list\nsettle';
  const refusal = await run(page, tool).catch((error) => error.message);
  assert.match(refusal, /could not be loaded: see whether you are online/);
  assert.equal((await scene(page)).cluster.topics.orders, undefined, 'the stage stays as it was');
  await arrive();
  const told = await run(page, tool);
  assert.match(told.join('\n'), /tool-1/);
  assert.ok((await scene(page)).cluster.topics.orders);
  await profile.close();
});

test('a link whose run uses what is not there yet waits for it, and says so if it does not come', async () => {
  const { page, profile } = await withheld('**/nothing');
  await ready(page);
  const link = await page.evaluate(async () => {
    await globalThis.runnel.run('kafka-topics.sh --bootstrap-server localhost:9092 --list\nsettle');
    globalThis.runnel.pause();
    return globalThis.runnel.link();
  });
  const hash = await page.evaluate(() => globalThis.runnel.traceHash());
  await profile.close();

  for (const isMissing of [false, true]) {
    const other = await here.browser.newContext();
    const opened = await other.newPage();
    if (isMissing) await opened.route('**/split_extras-*', (route) => route.abort());
    await opened.goto(link);
    await ready(opened);
    if (isMissing) {
      await opened.getByText('could not be loaded: see whether you are online').waitFor();
    } else {
      await opened.waitForFunction((hash) => globalThis.runnel.traceHash() === hash, hash);
    }
    await other.close();
  }
});
