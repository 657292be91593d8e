// Everything in the palette can be dragged onto the stage, by mouse, by touch and by keyboard.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, drag, middle, nowhere, open, owners, piece, run, scene, site, swipe } from './page.mjs';

const here = site();

/** A topic, a producer that is wired to it, a consumer in a group, a second one in the same group, a group, a broker. */
function assertAllIsThere(found) {
  assert.equal(found.cluster.topics['payment-done'].lanes.length, 3);
  const producer = Object.values(found.clients).find((client) => client.role === 'producer');
  assert.deepEqual(producer.topics, ['payment-done']);
  const consumers = Object.values(found.clients).filter((client) => client.role === 'consumer');
  assert.equal(consumers.length, 2);
  assert.equal(new Set(consumers.map((client) => client.group)).size, 1);
  assert.ok(Object.keys(found.stage.areas).filter((node) => node.startsWith('group:')).length >= 2, 'a group without members');
  assert.equal(Object.keys(found.cluster.brokers).length, 2);
}

for (const [hand, settings, move] of [
  ['mouse', {}, drag],
  ['touch', { hasTouch: true }, swipe],
]) {
  test(`each piece of the palette is dragged onto the stage by ${hand}`, async () => {
    const { page, profile, faults } = await open(here, settings);
    await begin(page);
    await move(page, await piece(page, 'topic'), await middle(page, 'broker:1'));
    await move(page, await piece(page, 'producer'), await middle(page, 'card:payment-done@1'));
    await move(page, await piece(page, 'consumer'), await middle(page, 'card:payment-done@1'));
    const [group] = Object.keys((await scene(page)).stage.areas).filter((node) => node.startsWith('group:'));
    await move(page, await piece(page, 'consumer'), await middle(page, group));
    await move(page, await piece(page, 'group'), await nowhere(page));
    await move(page, await piece(page, 'broker'), await nowhere(page));
    await run(page, 'settle');
    assertAllIsThere(await scene(page));
    assert.deepEqual(faults, []);
    await profile.close();
  });
}

test('each piece of the palette is put onto the stage by the keyboard', async () => {
  const { page, profile, faults } = await open(here);
  await begin(page);
  const press = async (name) => {
    await page.locator(`.palette .piece.${name}`).focus();
    await page.keyboard.press('Enter');
  };
  await press('topic');
  await press('producer');
  await press('consumer');
  // What is selected is where the next piece goes: the consumer's group.
  await press('consumer');
  await press('group');
  await press('broker');
  await run(page, 'settle');
  assertAllIsThere(await scene(page));
  assert.deepEqual(faults, []);
  await profile.close();
});

test('a wire is drawn from a producer to a topic, and a consumer is dragged out of its group and into another', async () => {
  const { page, profile, faults } = await open(here);
  await begin(
    page,
    `topic orders partitions=2
     producer shop
     consumer anna group=billing topics=orders
     consumer bob group=mailing topics=orders
     settle`,
  );
  const shop = await middle(page, 'client:shop');
  await page.mouse.move(shop.x, shop.y);
  const port = await page.locator('[data-node="client:shop"] [data-port]').boundingBox();
  await drag(page, { x: port.x + port.width / 2, y: port.y + port.height / 2 }, await middle(page, 'card:orders@1'));
  assert.deepEqual((await scene(page)).clients.shop.topics, ['orders']);

  await drag(page, await middle(page, 'client:anna'), await middle(page, 'group:mailing'));
  await run(page, 'settle');
  assert.deepEqual(Object.keys(owners(await scene(page), 'mailing', 'orders')).sort(), ['anna', 'bob']);

  await drag(page, await middle(page, 'client:bob'), await nowhere(page));
  await run(page, 'settle');
  const found = await scene(page);
  assert.equal(found.clients.bob.state, 'closed');
  assert.deepEqual(Object.keys(owners(found, 'mailing', 'orders')), ['anna']);
  assert.deepEqual(faults, []);
  await profile.close();
});

test('everything is cleared at once, also a group whose members have first to say goodbye', async () => {
  const { page, profile, faults } = await open(here);
  await page.evaluate(() => globalThis.runnel.pause());
  assert.ok(Object.keys((await scene(page)).clients).length > 0);
  await page.getByRole('combobox', { name: 'Clear' }).selectOption('everything');
  const found = await scene(page);
  assert.deepEqual(found.clients, {});
  assert.deepEqual(Object.keys(found.cluster.groups), []);
  assert.deepEqual(Object.keys(found.cluster.topics).filter((name) => !name.startsWith('__')), []);
  assert.equal(await page.locator('.report.refused').count(), 0);
  assert.deepEqual(faults, []);
  await profile.close();
});
