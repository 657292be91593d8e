// The course: each lesson is gone through from its bet to its last word, by each of its solutions, line by line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byMouse } from './hands.mjs';
import { open, site } from './page.mjs';

const here = site();
/** How long a line may take: it may let a minute of the world's time pass. */
const LINE_MS = 60_000;

/** The course, with the list of its lessons open. */
async function course(settings) {
  const opened = await open(here, settings);
  await opened.page.getByRole('button', { name: 'Course' }).click();
  await opened.page.waitForSelector('.lesson-row');
  return opened;
}

/** Opens a lesson by its link. */
async function begin(page, id) {
  await page.evaluate((id) => (location.hash = `lesson=${id}`), id);
  await page.waitForFunction((id) => document.querySelector('.lesson h2')?.textContent.startsWith(`${id} `), id);
  await page.waitForSelector('.lesson .goal, .lesson .bet');
  await halt(page);
}

/** Only what is typed lets time pass: a solution crashes somebody at the right moment, however long the typing takes. */
async function halt(page) {
  await page.evaluate(() => globalThis.runnel.pause());
}

/** Types a line and has it run. */
async function enter(page, line) {
  const input = page.getByLabel('Command');
  if (line !== undefined) await input.fill(line);
  await input.press('Enter');
  await page.waitForFunction(() => document.querySelector('.terminal-input input').value === '', null, { timeout: LINE_MS });
  assert.deepEqual(await page.locator('.terminal-text.refused').allTextContents(), [], `${line} was refused`);
}

/** Goes the way that a lesson shows: by mouse on the stage, or typed into the terminal. */
async function follow(page, way) {
  const shown = page.locator('.show-me').nth(way);
  const lines = shown.locator('.show-line');
  const count = await lines.count();
  const isByMouse = /mouse/.test(await shown.locator('summary').textContent());
  for (let line = 0; line < count; line += 1) {
    if (isByMouse) {
      await byMouse(page, await lines.nth(line).textContent());
      continue;
    }
    // What is typed stands in the terminal; Enter has it run.
    await lines.nth(line).evaluate((button) => button.click());
    await page.waitForFunction(() => document.querySelector('.terminal-input input').value !== '');
    await enter(page);
  }
}

test('every lesson is solved by each hand: bet, goals, debrief', async () => {
  const { page, profile, faults } = await course();
  const ids = await page.locator('.lesson-id').allTextContents();
  assert.ok(ids.length >= 29, `${ids.length} lessons`);
  let solved = 0;
  for (const id of ids) {
    await begin(page, id);
    const ways = await page.locator('.show-me').count();
    assert.ok(ways > 0, `${id} shows a way`);
    for (let way = 0; way < ways; way += 1) {
      if (way > 0) {
        // The same lesson once more: its scene is set anew, so what was met before is open again on the stage.
        await page.locator('.begin-again').click();
        await page.waitForFunction(() => document.querySelector('.goal[data-state="met"]') === null);
        await halt(page);
      }
      const bets = page.locator('.bet-option:enabled');
      if ((await bets.count()) > 0) await bets.first().click();
      await follow(page, way);
      // The instant at which a goal is met is over once time goes on.
      await enter(page, 'wait 1s');
      // A bet further down comes to light with the goals before it.
      if ((await bets.count()) > 0) await bets.first().click();
      const open = await page.locator('.goal:not([data-state="met"])').allTextContents();
      assert.deepEqual(open, [], `${id}, way ${way}`);
      await page.locator('.debrief').waitFor({ timeout: 5_000 });
      solved += 1;
    }
  }
  assert.ok(solved >= ids.length);
  await page.getByRole('button', { name: 'All lessons' }).click();
  await page.getByText(`${ids.length} of ${ids.length} are done`).waitFor();
  assert.deepEqual(faults, []);
  await profile.close();
});

test('a lesson, its goals and its bet are there again after a reload', async () => {
  const { page, profile, faults } = await course();
  await begin(page, '4.3');
  await page.locator('.bet-option').nth(1).click();
  await enter(page, 'consumer dora kind=kafkajs group=billing topics=payment-done');
  await enter(page, 'settle');
  await enter(page, 'wait 1s');
  const met = () => page.locator('.goal[data-state="met"]').allTextContents();
  await page.waitForFunction(() => document.querySelectorAll('.goal[data-state="met"]').length === 2);
  const before = await met();
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('.goal[data-state="met"]').length === 2);
  assert.deepEqual(await met(), before);
  assert.match(await page.locator('.bet-option[aria-pressed="true"]').innerText(), /^partition 0 together with anna\s+your bet$/);
  assert.equal(await page.locator('.elsewhere').count(), 0);
  assert.deepEqual(faults, []);
  await profile.close();
});

test('a goal says why it is not met, and going back in time takes it back', async () => {
  const { page, profile } = await course();
  await begin(page, '4.3');
  await page.locator('.bet-option').nth(2).click();
  await page.getByText('Not yet: members of billing: 3.').waitFor();
  await enter(page, 'consumer dora kind=kafkajs group=billing topics=payment-done');
  await enter(page, 'settle');
  await enter(page, 'wait 1s');
  await page.locator('.goal[data-state="met"]').first().waitFor();
  await page.evaluate(() => globalThis.runnel.seek(0));
  await page.waitForFunction(() => document.querySelector('.goal[data-state="met"]') === null);
  await profile.close();
});

test('what is typed wrong is answered in words, and a lesson that is not there is said', async () => {
  const { page, profile } = await course();
  await begin(page, '0.1');
  const input = page.getByLabel('Command');
  await input.fill('crash nobody');
  await input.press('Enter');
  await page.locator('.terminal-text.refused', { hasText: 'nobody' }).waitFor();
  await input.press('ArrowUp');
  assert.equal(await input.inputValue(), 'crash nobody', 'the line comes back, to be mended');
  await page.evaluate(() => (location.hash = 'lesson=9.9'));
  await page.getByText('there is no lesson "9.9"').waitFor();
  await profile.close();
});

test('a word is explained where it stands, and what the text offers to run is run in the terminal', async () => {
  const { page, profile, faults } = await course();
  await begin(page, '0.1');
  const word = page.locator('.lesson .word', { hasText: 'topic' });
  assert.equal(await word.count(), 1, 'only where it stands first');
  await word.click();
  await page.locator('.word-meaning', { hasText: 'a name under which records are kept' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.word-meaning').waitFor({ state: 'detached' });
  for (const line of ['topic orders', 'wait 1s']) await enter(page, line);
  await page.locator('.bet-option').first().click();
  for (const line of ['send shop orders count=3', 'settle', 'wait 1s']) await enter(page, line);
  await page.getByRole('button', { name: '▶ Run' }).click();
  await enter(page, 'wait 1s');
  await page.locator('.terminal-text', { hasText: /^orders:0:3$/m }).waitFor();
  assert.deepEqual(faults, []);
  await profile.close();
});

const OWN = `+++
id = "4.3"
title = "A record of my own"
+++

Send a record to \`orders\`.

\`\`\`scene
topic orders
producer shop
\`\`\`

\`\`\`goal sent "a record is there <b>now</b>"
records of orders >= 1
\`\`\`

\`\`\`solution mouse
send shop orders
settle
\`\`\`

\`\`\`near-miss "another topic"
send shop payments
settle
\`\`\`

\`\`\`debrief
It has {records of orders at sent}.
\`\`\`
`;

test('a lesson of one’s own is opened from a file, checked, and handed on as a link', async () => {
  const { page, profile } = await open(here);
  const give = async (name, text) => {
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.locator('dialog input[type=file]').setInputFiles({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) });
  };
  // A mistake is answered with its line, and the stage stays as it was.
  const before = await page.locator('.head-title').inputValue();
  await give('wrong.md', OWN.replace('records of orders >= 1', 'records of orders are many'));
  await page.getByText(/wrong\.md:1\d: wanted /).waitFor();
  assert.equal(await page.locator('.head-title').inputValue(), before);
  await give('mine.md', OWN);
  await page.waitForFunction(() => document.querySelector('.lesson h2')?.textContent === '4.3* A record of my own');
  assert.match(await page.locator('.goal-title').innerText(), /<b>now<\/b>/, 'HTML in a lesson stays text');
  await enter(page, 'send shop orders');
  await enter(page, 'settle');
  await enter(page, 'wait 1s');
  await page.getByText('It has 1.').waitFor();
  await page.locator('summary', { hasText: 'Share this lesson' }).click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  await profile.close();

  // Whoever opens the link begins it, and has it again after a reload.
  const other = await open(here, { address: link });
  const title = () => other.page.waitForFunction(() => document.querySelector('.lesson h2')?.textContent === '4.3* A record of my own');
  await title();
  assert.equal(await other.page.locator('.goal[data-state="met"]').count(), 0);
  await other.page.reload();
  await title();
  assert.deepEqual(other.faults, []);
  await other.page.evaluate(() => (location.hash = 'lesson-file=1.damaged'));
  await other.page.getByText('this lesson cannot be opened: it is damaged').waitFor();
  await other.profile.close();
});
