// What the tutorial tells of groups and keys can be seen.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { begin, open, owners, run, scene, site } from './page.mjs';

const { Partitioners } = createRequire(import.meta.url)('kafkajs');

const here = site();

const THREE = `topic payment-done partitions=3
producer checkout
wire checkout payment-done
consumer anna group=billing topics=payment-done
consumer bob group=billing topics=payment-done
consumer carl group=billing topics=payment-done
settle`;

test('three consumers get one partition each; a fourth is idle, and takes over when an owner crashes', async () => {
  const { page, profile, faults } = await open(here);
  await begin(page, THREE);
  const owned = owners(await scene(page), 'billing', 'payment-done');
  assert.deepEqual(Object.values(owned).flat().sort(), [0, 1, 2]);
  assert.ok(Object.values(owned).every((partitions) => partitions.length === 1));

  await run(page, 'consumer dora group=billing topics=payment-done\nsettle');
  const four = owners(await scene(page), 'billing', 'payment-done');
  const idle = Object.keys(four).filter((name) => four[name].length === 0);
  assert.equal(idle.length, 1);
  await page.locator(`[data-node="client:${idle[0]}"]`, { hasText: 'idle' }).waitFor();

  const owner = Object.keys(four).find((name) => four[name].length === 1);
  await run(page, `crash ${owner}\nwait 45s\nsettle`);
  const after = owners(await scene(page), 'billing', 'payment-done');
  assert.equal(after[owner], undefined);
  assert.equal(after[idle[0]].length, 1);
  assert.deepEqual(Object.values(after).flat().sort(), [0, 1, 2]);
  await page.locator(`[data-node="client:${owner}"]`, { hasText: 'crashed' }).waitFor();
  assert.deepEqual(faults, []);
  await profile.close();
});

test('a key always lands in its lane, which is the one that kafkajs picks', async () => {
  const { page, profile, faults } = await open(here);
  await begin(page, THREE);
  const keys = ['user1', 'user2', 'user-3', 'ключ', '🦀', 'a'];
  for (const key of [...keys, ...keys]) await run(page, `send checkout key='${key}' value=paid\nsettle`);
  const partitionMetadata = [0, 1, 2].map((partitionId) => ({ partitionId, leader: 1 }));
  const pick = Partitioners.DefaultPartitioner();
  const lanes = (await scene(page)).cluster.topics['payment-done'].lanes;
  for (const key of keys) {
    const wanted = pick({ topic: 'payment-done', partitionMetadata, message: { key, value: 'paid' } });
    const found = lanes.map((lane) => Object.values(lane.records).filter((record) => record.key?.text === key).length);
    assert.deepEqual(found, [0, 1, 2].map((lane) => (lane === wanted ? 2 : 0)), `${key} belongs into lane ${wanted}`);
  }
  assert.deepEqual(faults, []);
  await profile.close();
});

test('commands with mistakes are refused in words, and the stage stays as it was', async () => {
  const { page, profile, faults } = await open(here);
  await begin(page, THREE);
  const hash = () => page.evaluate(() => globalThis.runnel.traceHash());
  const before = [await hash(), JSON.stringify(await scene(page))];
  const wrong = {
    'topic x partitions=0': /partitions from 1 to 1000, found "0"/,
    'send checkout count=1000000000': /1000000000/,
    'wait -1s': /-1s/,
    'send nobody key=a': /nobody/,
    'topic ok\ntopic not ok': /line 2/,
    'fly away': /fly/,
  };
  for (const [text, reason] of Object.entries(wrong)) {
    await assert.rejects(run(page, text), (error) => reason.test(String(error)), text);
  }
  const large = `send checkout value=${'x'.repeat(10 * 1024 * 1024)}`;
  await assert.rejects(run(page, large), /2 MiB|2097152/);
  assert.deepEqual([await hash(), JSON.stringify(await scene(page))], before);
  assert.deepEqual(faults, []);
  await profile.close();
});
