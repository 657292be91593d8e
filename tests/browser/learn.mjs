// Lets a page whose functions are marked begin, and writes the numbers of those that were called, one a line.
// `cargo xtask page --learn` runs it.

import { writeFileSync } from 'node:fs';
import { LATER, launch, nowhere, open, piece, ready, serve, watch } from './page.mjs';

/** What is called before most visitors have found something to press. */
const LOOK_MS = 6000;

const VISITORS = [
  { viewport: { width: 1440, height: 900 } },
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
  { viewport: { width: 1024, height: 768 }, reducedMotion: 'reduce' },
  // Who has a slow machine: the page says so, and lets its clock go slower.
  { viewport: { width: 1440, height: 900 }, slower: 12 },
];

/** What tells the numbers of what was called. */
function numbers(page) {
  return page.evaluate(() => {
    const { memory, marks, marks_count } = globalThis.watched.exports;
    const bytes = [...new Uint8Array(memory.buffer, marks.value, marks_count.value)];
    return bytes.flatMap((byte, number) => (byte === 0 ? [] : [number]));
  });
}

/** Opens the page as a visitor who looks at it and moves the mouse over it; the numbers of what was called. */
async function look(server, browser, { slower, ...visitor }) {
  const profile = await browser.newContext(visitor);
  const page = await profile.newPage();
  if (slower !== undefined) {
    const session = await profile.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
  }
  await page.addInitScript(watch);
  await page.goto(server.address);
  await ready(page);
  await page.waitForTimeout(LOOK_MS);
  for (const { x, y } of [await nowhere(page), await piece(page, 'topic')]) await page.mouse.move(x, y, { steps: 5 });
  await page.waitForTimeout(LOOK_MS);
  const called = await numbers(page);
  await profile.close();
  return called;
}

/** Presses what wants more than there is, before it is there: she is told so, and that should not take longer. */
async function press(server, browser) {
  const context = await browser.newContext(VISITORS[0]);
  await context.route(LATER, (route) => route.abort());
  const { page } = await open({ server, browser }, { context, isWatched: true });
  await page.evaluate(() => globalThis.runnel.run('topic orders').catch(() => {}));
  for (const name of ['Examples', 'Share', 'Help']) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').getByText('could not be loaded').waitFor();
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: 'Course', exact: true }).click();
  await page.locator('#course').getByText('could not be loaded').waitFor();
  const called = await numbers(page);
  await context.close();
  return called;
}

const server = await serve();
const browser = await launch();
const called = new Set();
for (const visitor of VISITORS) {
  for (const number of await look(server, browser, visitor)) called.add(number);
}
for (const number of await press(server, browser)) called.add(number);
await browser.close();
await server.close();
writeFileSync(process.argv[2], [...called].sort((one, other) => one - other).map((number) => `${number}\n`).join(''));
console.log(`${called.size} functions are called while the page begins`);
