// What the page begins with: little enough, and enough to begin. The rest of its functions comes later, or at the first
// call that cannot do without.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LATER, drag, middle, open, piece, ready, run, scene, sent, site } from './page.mjs';

const here = site();

/** What may be sent to a visitor who has touched nothing yet, in bytes. */
const FIRST_MAX_BYTES = 700_000;
/** How long the page waits for a hand before it loads what comes later: `SIGN_MS` in `web/src/late.rs`. */
const SIGN_MS = 3000;
const REST = /\/rest-\w+\.wasm$/;

/** A page for which `answer` decides about what is loaded later; it is not waited for. */
async function begun(pattern, answer) {
  const profile = await here.browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await profile.newPage();
  await page.route(pattern, answer);
  await page.goto(here.server.address);
  await ready(page);
  return { page, profile };
}

/** Begins, plays for five seconds without a hand, and says what was sent until it could be used and what it waited for. */
async function beginning() {
  const [held, waitedFor] = [[], []];
  const { page, profile } = await begun(LATER, (route) => {
    if (route.request().resourceType() !== 'xhr') return held.push(route);
    waitedFor.push(route.request().url());
    return route.continue();
  });
  const files = await sent(page);
  // The seconds on the clock, once they are so many.
  const reached = (least) => {
    const seconds = Number(document.querySelector('.time-now').textContent.slice(3, 5));
    return seconds >= least && seconds;
  };
  const begin = await page.evaluate(reached, 0);
  await page.waitForFunction(reached, begin + 5);
  for (const route of held.splice(0)) await route.continue();
  await profile.close();
  return { files, waitedFor };
}

test('the page begins and plays with no more than 700 kB', async () => {
  // A machine that is busy with other things may make the page call what it calls nowhere else at the beginning.
  let found = await beginning();
  for (let again = 0; again < 3 && found.waitedFor.length > 0; again += 1) found = await beginning();
  const bytes = found.files.reduce((sum, [, size]) => sum + size, 0);
  assert.ok(found.files.some(([name]) => /\/runnel-\w+\.wasm$/.test(name)), 'the program is among what was counted');
  assert.ok(bytes < FIRST_MAX_BYTES, `${bytes} bytes: ${JSON.stringify(found.files)}`);
  assert.deepEqual(found.waitedFor, [], 'a function is called at the beginning that the list of the rest has');
});

/** When the first of what is loaded later was asked for, in milliseconds since the navigation. */
function askedAfterMs(page) {
  return page.waitForFunction((later) => {
    const entries = performance.getEntriesByType('resource').filter(({ name }) => new RegExp(later).test(name));
    return entries.length > 0 && Math.min(...entries.map(({ startTime }) => startTime));
  }, LATER.source).then((found) => found.jsonValue());
}

test('what comes later is asked for when a hand moves, or a while after the first picture', async () => {
  const looking = await open(here, { isWatched: true });
  const usableAfterMs = await looking.page.evaluate(() => globalThis.watched.usableAfterMs);
  const waitedMs = (await askedAfterMs(looking.page)) - usableAfterMs;
  // Some pictures lie between the first one and the one that was seen here.
  assert.ok(waitedMs > SIGN_MS - 500, `nobody moved, and it was asked for after ${waitedMs} ms`);
  await looking.profile.close();

  const profile = await here.browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await profile.newPage();
  // A clock on which the while never ends.
  await page.addInitScript((signMs) => {
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (call, ms, ...given) => (ms === signMs ? 0 : setTimeout(call, ms, ...given));
  }, SIGN_MS);
  await page.goto(here.server.address);
  await ready(page);
  // A call that cannot wait brings the rest alone, and it is not asked for a second time.
  await scene(page);
  await page.mouse.move(300, 300);
  const files = () => page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /split_extras/.test(name)));
  assert.equal((await files()).filter((name) => REST.test(name)).length, 1);
  await profile.close();
});

test('who is quicker than the network waits for what she wants in the middle of her call', async () => {
  const held = [];
  const { page, profile } = await begun(REST, (route) =>
    route.request().resourceType() === 'xhr' ? route.continue() : held.push(route),
  );
  await drag(page, await piece(page, 'topic'), await middle(page, 'broker:1'));
  await page.waitForFunction(() => document.querySelector('.stage [data-node="card:orders@1"]') !== null);
  assert.ok(held.length > 0, 'what is asked for behind the picture has not come yet');
  const found = await scene(page);
  assert.equal(found.cluster.topics.orders.lanes.length, 3);
  // What comes after that changes nothing.
  for (const route of held.splice(0)) await route.continue();
  await run(page, 'producer shop\nwire shop orders\nsend shop value=late\nsettle');
  assert.ok((await scene(page)).cluster.topics.orders.lanes.some((lane) => lane.log_end_offset === 1));
  await profile.close();
});

test('where the rest cannot be had, commands are refused in words, and a call that needs it says how to go on', async () => {
  const { page, profile } = await begun(REST, (route) => route.abort());
  const refusal = await run(page, 'topic orders').catch((error) => error.message);
  assert.match(refusal, /the rest of this page could not be loaded: see whether you are online/);
  await drag(page, await piece(page, 'topic'), await middle(page, 'broker:1'));
  await page.getByRole('alert').getByText('What you did is kept').waitFor();
  await page.unroute(REST);
  await page.getByRole('button', { name: 'load the page again' }).click();
  await page.waitForSelector('.lost', { state: 'detached' });
  await ready(page);
  await run(page, 'topic orders\nsettle');
  assert.ok((await scene(page)).cluster.topics.orders);
  await profile.close();
});

test('a run in the address, and kept work, begin with what they need', async () => {
  const { page, profile, faults } = await open(here);
  await page.evaluate(() => globalThis.runnel.pause());
  await run(page, 'topic orders\nsettle');
  const link = await page.evaluate(() => globalThis.runnel.link());
  const hash = await page.evaluate(() => globalThis.runnel.traceHash());
  const other = await here.browser.newContext();
  const opened = await other.newPage();
  const waitedFor = [];
  opened.on('request', (request) => request.resourceType() === 'xhr' && waitedFor.push(request.url()));
  for (const address of [link, here.server.address]) {
    await opened.goto('about:blank');
    await opened.goto(address);
    await ready(opened);
    await opened.waitForFunction((hash) => globalThis.runnel.traceHash() === hash, hash);
    // Kept for the second time round.
    await opened.waitForFunction(() => Object.keys(localStorage).some((name) => name.startsWith('runnel.work.')));
  }
  assert.deepEqual(waitedFor, []);
  assert.deepEqual(faults, []);
  await other.close();
  await profile.close();
});
