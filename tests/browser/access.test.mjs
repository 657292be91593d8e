// Nobody is shut out, and nothing leaves the page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { open, run, site, still } from './page.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const here = site();

async function seriousFaults(page) {
  // The page's own policy lets no foreign script in, so this one comes through the debugger.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const found = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    const serious = found.violations.filter((fault) => ['serious', 'critical'].includes(fault.impact));
    return serious.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  });
}

for (const [name, settings] of [
  ['wide and light', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
  ['wide and dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
  ['narrow and light', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
  ['narrow and dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
]) {
  test(`axe finds nothing serious: ${name}`, async () => {
    const { page, profile, faults } = await open(here, settings);
    await page.evaluate(() => globalThis.runnel.pause());
    await still(page);
    const edges = await page.evaluate(() => {
      const box = (part) => document.querySelector(part).getBoundingClientRect();
      return { foot: [box('.page-foot').right - innerWidth, box('.page-foot').bottom - innerHeight], head: box('.page-head').right - innerWidth };
    });
    assert.deepEqual(edges, { foot: [0, 0], head: 0 }, 'the page fills its window');
    assert.deepEqual(await seriousFaults(page), []);
    await run(page, 'crash anna\nwait 40s');
    await page.locator('[data-node="client:bob"]').first().click();
    await still(page);
    assert.deepEqual(await seriousFaults(page), []);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.ok(wide, 'nothing sticks out at the side');
    await page.getByRole('button', { name: 'Course' }).click();
    await page.waitForSelector('.lesson-row');
    assert.deepEqual(await seriousFaults(page), []);
    await page.locator('.lesson-row', { hasText: 'Idle is a spare' }).click();
    await page.locator('.bet-option').first().click();
    await page.locator('.goal').first().waitFor();
    await page.evaluate(() => globalThis.runnel.pause());
    await still(page);
    assert.deepEqual(await seriousFaults(page), []);
    // The terminal, with something said, something refused, and candidates. On a phone it has to be opened.
    if ((await page.locator('.terminal').count()) === 0) await page.getByRole('button', { name: 'Terminal', exact: true }).click();
    const input = page.getByLabel('Command');
    for (const line of ['help', 'nonsense', 'kafka-topics.sh --nonsense']) {
      await input.fill(line);
      await input.press('Enter');
    }
    await input.fill('send ch');
    await input.press('Tab');
    await input.fill('c');
    await input.press('Tab');
    await page.locator('.candidate').first().waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    assert.deepEqual(faults, []);
    await profile.close();
  });
}

test('the page lies under any path and asks nobody else', async () => {
  const { profile, faults } = await open(here);
  assert.deepEqual(faults, []);
  assert.ok(here.server.asked.every((path) => path.startsWith('/some/where/deep/')), here.server.asked.join(' '));
  await profile.close();
});

test('the licences of all libraries lie beside the page, and Help leads there', async () => {
  const { page, profile, faults } = await open(here);
  await page.getByRole('button', { name: 'Help' }).click();
  const address = await page.getByRole('link', { name: 'All of them, with their licences' }).getAttribute('href');
  const text = await page.evaluate((address) => fetch(address).then((answer) => answer.text()), address);
  for (const library of ['leptos', 'bytes', 'tokio', 'snap', 'pulldown-cmark']) {
    assert.match(text, new RegExp(`^${library}-\\d[^:]*: .+`, 'm'), library);
  }
  assert.match(text, /Permission is hereby granted, free of charge/);
  assert.deepEqual(faults, []);
  await profile.close();
});
