// Back and forth in time, forks, links, and work that survives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, open, ready, run, scene, site } from './page.mjs';

const here = site();

const STORY = `topic orders partitions=3
producer shop
wire shop orders
consumer anna group=billing topics=orders
consumer bob group=billing topics=orders
settle
send shop rate=5/s keys=user1..user9
wait 20s
crash anna
wait 40s`;

const hash = (page) => page.evaluate(() => globalThis.runnel.traceHash());
const now = (page) => page.evaluate(() => globalThis.runnel.now());
const members = (found) => Object.values(found.cluster.groups.billing.members).map((member) => member.client_id);

test('one goes back, does it differently, and compares', async () => {
  const { page, profile, faults } = await open(here);
  await begin(page, STORY);
  const end = [await now(page), await hash(page)];
  assert.deepEqual(members(await scene(page)), ['bob']);

  await page.evaluate((to) => globalThis.runnel.seek(to), end[0] - 45_000);
  assert.deepEqual(members(await scene(page)).sort(), ['anna', 'bob']);
  assert.equal(await page.locator('.stage').count(), 1);
  await page.evaluate((to) => globalThis.runnel.seek(to), end[0]);
  assert.deepEqual([await now(page), await hash(page)], end, 'the same place is the same world');

  await page.evaluate((to) => globalThis.runnel.seek(to), end[0] - 45_000);
  await run(page, 'leave bob');
  await page.locator('.stage.beside').waitFor();
  assert.equal(await page.locator('.stage').count(), 2, 'what came after it stands beside');
  await run(page, 'wait 45s');
  assert.notEqual(await hash(page), end[1]);
  assert.deepEqual(members(await scene(page)), ['anna']);
  assert.deepEqual(faults, []);
  await profile.close();
});

test('a link gives the same run in a new profile', async () => {
  const first = await open(here);
  await begin(first.page, STORY);
  const wanted = [await now(first.page), await hash(first.page)];
  const link = await first.page.evaluate(() => globalThis.runnel.link());
  await first.profile.close();
  assert.ok(link.startsWith(here.server.address), link);

  const second = await open(here, { address: link });
  await second.page.waitForFunction((hash) => globalThis.runnel.traceHash() === hash, wanted[1]);
  assert.deepEqual([await now(second.page), await hash(second.page)], wanted);
  assert.deepEqual([...first.faults, ...second.faults], []);
  await second.profile.close();

  const damaged = `${link.slice(0, -40)}AAAA`;
  const third = await open(here, { address: damaged });
  await third.page.locator('.report.refused').waitFor();
  assert.ok((await scene(third.page)).clients.checkout, 'the start screen is there instead');
  assert.deepEqual(third.faults, []);
  await third.profile.close();
});

test('work survives a reload, and two tabs do not spoil each other', async () => {
  const { page, profile, faults } = await open(here);
  await begin(page, 'topic mine partitions=2\nproducer till\nsettle');
  const other = await open(here, { context: profile });
  await begin(other.page, 'topic theirs partitions=4\nsettle');
  for (const [tab, topic] of [[page, 'mine'], [other.page, 'theirs']]) {
    await tab.reload();
    await ready(tab);
    await tab.waitForFunction((topic) => topic in globalThis.runnel.scene().cluster.topics, topic);
    const topics = Object.keys((await scene(tab)).cluster.topics).filter((name) => !name.startsWith('__'));
    assert.deepEqual(topics, [topic]);
  }
  assert.deepEqual([...faults, ...other.faults], []);
  await profile.close();
});
