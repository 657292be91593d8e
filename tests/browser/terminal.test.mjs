// The terminals below the stage: the tutorial's lines as it has them, several side by side, Kafka's own answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, open, owners, run, scene, site, still } from './page.mjs';

const here = site();
const SERVER = '--bootstrap-server localhost:9092';

/** A page with an empty stage and the terminal open. */
async function terminal(script, settings) {
  const opened = await open(here, settings);
  const { page } = opened;
  await begin(page, script);
  await page.getByRole('button', { name: 'Terminal', exact: true }).click();
  await page.locator('.terminal-input input').waitFor();
  const input = (number = 1) => page.locator(`#terminal-${number}`);
  const type = async (line, number) => {
    await input(number).fill(line);
    await input(number).press('Enter');
  };
  const lines = (number = 1) => page.getByLabel(`Terminal ${number}`, { exact: true }).locator('.terminal-lines');
  /** Waits until it has printed this. */
  const shows = (text, number) => lines(number).filter({ hasText: text }).waitFor({ timeout: 10_000 });
  return { ...opened, input, type, lines, shows };
}

test('the tutorial is typed as it stands: container, scripts, a producer that reads lines, a consumer', async () => {
  const { page, profile, faults, input, type, shows, lines } = await terminal();
  await type('docker run -p 9092:9092 apache/kafka:3.7.1');
  await shows('broker 1 listens on localhost:9092');
  await type('docker exec -it container_id /bin/bash');
  await type('cd /opt/kafka/bin');
  await type(`./kafka-topics.sh --create --topic quickstart-events ${SERVER}`);
  await run(page, 'settle');
  await shows('Created topic quickstart-events.');

  await page.getByRole('button', { name: 'Another terminal' }).click();
  await type(`./kafka-console-consumer.sh --topic quickstart-events --from-beginning ${SERVER}`, 2);
  await type(`./kafka-console-producer.sh --topic quickstart-events ${SERVER}`, 1);
  await run(page, 'settle');
  await shows('>');
  await type('hello world', 1);
  await type('it is "quoted" -- and more', 1);
  await run(page, 'wait 2s');
  await shows('hello world', 2);
  await shows('it is "quoted" -- and more', 2);
  assert.match(await lines(1).innerText(), />hello world\n>it is "quoted" -- and more\n>/);

  await input(1).press('Control+d');
  await input(2).press('Control+c');
  await run(page, 'wait 2s');
  await shows('Processed a total of 2 messages', 2);
  // Both shells are there again.
  await type('pwd', 1);
  await type('pwd', 2);
  await shows('/opt/kafka/bin', 1);
  await shows('/opt/kafka/bin', 2);
  assert.deepEqual(faults, []);
  await profile.close();
});

test('the misprint of the tutorial, a missing topic and an unknown group get Kafka’s own words and status', async () => {
  const { page, profile, type, lines } = await terminal();
  const cases = [
    ['./kafka-console-consumer.sh --topic quickstart-events --from-beginning --bootstrap-serve', /bootstrap-serve is not a recognized option/, '1'],
    [`kafka-topics.sh --describe --topic nobody ${SERVER}`, /Error while executing topic command : Topic 'nobody' does not exist as expected/, '1'],
    [`kafka-consumer-groups.sh --describe --group nobody ${SERVER}`, /Error: Executing consumer group command failed due to .*GroupIdNotFoundException: Group nobody not found\./, '0'],
    [`kafka-topics.sh --create ${SERVER}`, /Missing required argument "\[topic\]"/, '1'],
  ];
  for (const [line, words, status] of cases) {
    await type('clear');
    await type(line);
    await run(page, 'wait 5s');
    await lines().locator('.terminal-text').first().waitFor();
    await lines().filter({ hasText: words }).waitFor({ timeout: 10_000 });
    const shown = await lines().innerText();
    assert.equal(/exit status (\d)/.exec(shown)?.[1] ?? '0', status, shown);
  }
  await type('clear');
  await type('kafka-acls.sh --list');
  await lines().filter({ hasText: 'it is not here yet' }).waitFor();
  await type('npm run build');
  await lines().filter({ hasText: 'wanted npm run consume, produce, produce:user or start, found "build"' }).waitFor();
  await profile.close();
});

test('three consumers in three terminals share three partitions, and one key goes to one of them', async () => {
  const { page, profile, faults, input, type, shows, lines } = await terminal();
  await type(`./kafka-topics.sh --create --topic payment-done --partitions 3 ${SERVER}`);
  await run(page, 'settle');
  for (const number of [1, 2, 3]) {
    if (number > 1) await page.getByRole('button', { name: 'Another terminal' }).click();
    await type('TOPIC=payment-done npm run consume', number);
    await run(page, 'settle');
  }
  await page.getByRole('button', { name: 'Another terminal' }).click();
  const owned = owners(await scene(page), 'my-app3', 'payment-done');
  assert.deepEqual(Object.values(owned).map((list) => list.length), [1, 1, 1]);
  for (let sent = 0; sent < 3; sent += 1) await type('npm run produce:user', 4);
  await run(page, 'settle');
  const texts = await Promise.all([1, 2, 3].map((number) => lines(number).innerText()));
  const counts = texts.map((text) => text.match(/\{ offset: '\d', value: 'hi there' \}/g)?.length ?? 0);
  assert.deepEqual([...counts].sort(), [0, 0, 3], 'kafkajs puts user1 on one partition');

  // Ctrl-C ends the program without a goodbye: its session has to run out first.
  const reader = counts.indexOf(3) + 1;
  await input(reader).press('Control+c');
  await shows('^C', reader);
  const crashed = Object.values((await scene(page)).clients).filter((client) => client.state === 'crashed');
  assert.equal(crashed.length, 1);
  await run(page, 'wait 45s');
  const left = owners(await scene(page), 'my-app3', 'payment-done');
  assert.equal(Object.values(left).flat().length, 3);
  assert.equal(Object.keys(left).length, 2);
  assert.deepEqual(faults, []);
  await profile.close();
});

test('Tab completes commands, flags and names; the arrow keys bring lines back; undo takes back', async () => {
  const { page, profile, input, type, lines } = await terminal('topic orders\nproducer shop\nconsumer anna group=billing topics=orders\nsettle');
  const tab = async (line) => {
    await input().fill(line);
    await input().press('Tab');
    return input().inputValue();
  };
  assert.equal(await tab('cra'), 'crash ');
  assert.equal(await tab('./kafka-console-p'), './kafka-console-producer.sh ');
  assert.equal(await tab('kafka-topics.sh --describe --topic o'), 'kafka-topics.sh --describe --topic orders ');
  assert.equal(await tab('send shop orders k'), 'send shop orders key');
  await page.locator('.candidate').first().waitFor();
  assert.deepEqual(await page.locator('.candidate').allTextContents(), ['key=', 'keys=']);
  await input().press('Tab');
  assert.equal(await input().inputValue(), 'send shop orders key=');
  await page.locator('.candidate').nth(1).click();
  assert.equal(await input().inputValue(), 'send shop orders keys=');
  // A press on a candidate gives the keyboard back with the next picture.
  await still(page);
  // Where nothing is typed, Tab leads on as everywhere.
  await input().fill('');
  await input().press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement.id), 'terminal-1');

  await type('send shop orders count=2');
  await type('settle');
  assert.equal((await scene(page)).cluster.topics.orders.lanes[0].log_end_offset, 2);
  await type('undo');
  await type('undo');
  assert.equal((await scene(page)).cluster.topics.orders.lanes[0].log_end_offset, 0);
  await type('redo');
  await type('redo');
  assert.equal((await scene(page)).cluster.topics.orders.lanes[0].log_end_offset, 2);
  await input().press('ArrowUp');
  assert.equal(await input().inputValue(), 'redo');
  await type('crahs anna');
  await lines().filter({ hasText: 'wanted a command (is crash meant? help lists all), found "crahs"' }).waitFor();
  await type('help crash');
  await lines().filter({ hasText: 'the process is gone, without a goodbye to its group' }).waitFor();
  await profile.close();
});

test('what the mouse does stands in the ghost line, and a key takes it', async () => {
  const { page, profile, input } = await terminal('topic orders\nproducer shop\nconsumer anna group=billing topics=orders\nsettle');
  await page.locator('.stage [data-node="client:anna"]').first().click();
  await page.getByRole('button', { name: 'crash', exact: true }).click();
  assert.equal(await page.locator('.ghost-line').innerText(), '$ crash anna');
  assert.match(await input().getAttribute('placeholder'), /^crash anna /);
  await input().focus();
  await input().press('ArrowRight');
  assert.equal(await input().inputValue(), 'crash anna');
  await profile.close();
});

test('a terminal that is closed ends what runs in it, and going back in time takes back what was printed', async () => {
  const { page, profile, type, shows, lines } = await terminal('topic orders\nproducer shop\nsettle');
  await type('wait 2s');
  await page.getByRole('button', { name: 'Another terminal' }).click();
  await type('TOPIC=orders npm run consume', 2);
  await run(page, 'send shop orders value=first\nsettle');
  await shows("{ offset: '0', value: 'first' }", 2);
  await page.evaluate((ms) => globalThis.runnel.seek(ms), 100);
  await page.waitForFunction(() => !document.querySelectorAll('.terminal-lines')[1].textContent.includes('first'));
  await page.evaluate(() => globalThis.runnel.seek(1e9));
  await shows("{ offset: '0', value: 'first' }", 2);
  await page.getByLabel('Terminal 2', { exact: true }).getByRole('button', { name: 'Close the terminal' }).click();
  const client = Object.values((await scene(page)).clients).find((client) => client.name === 'consume-1');
  assert.equal(client.state, 'crashed');
  assert.equal(await page.locator('.terminal').count(), 1);
  assert.match(await lines().innerText(), /wait 2s/);
  await profile.close();
});
