// What the page costs in a headless Chromium: first load, time to use, pictures, scrubbing, memory.
// `cargo xtask bench page` runs it on the page as it is shipped.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, begin, launch, open, scene, sent, serve } from './page.mjs';

const quick = process.argv.includes('--quick');
const LOADS_COUNT = quick ? 3 : 9;
const PICTURES_SECONDS = quick ? 5 : 20;
const PLACES_COUNT = quick ? 30 : 100;
const MINUTES_COUNT = quick ? 12 : 60;
/** The longest that the hour may take. */
const DEADLINE_MS = 600_000;

const TOPICS = ['orders', 'payments', 'clicks', 'audit'];

/** Three brokers, 24 partitions, 12 clients whose messages are half a second under way, so that many are in flight. */
const BUSY = `
broker 2
broker 3
${TOPICS.map((topic) => `topic ${topic} partitions=6 replication=1`).join('\n')}
${[1, 2, 3, 4, 5, 6]
  .map((number) => {
    const topic = TOPICS[number % 4];
    return `producer shop-${number} kind=java acks=all linger=0s
wire shop-${number} ${topic}
latency shop-${number} brokers 500ms
consumer reader-${number} kind=java group=group-${number % 3} topics=${topic},${TOPICS[(number + 1) % 4]}
latency reader-${number} brokers 500ms`;
  })
  .join('\n')}
wait 20s
${[1, 2, 3, 4, 5, 6].map((number) => `send shop-${number} rate=30/s keys=user1..user40`).join('\n')}
wait 10s`;

/** A ten-minute run of the tutorial's kind. */
const TEN_MINUTES = `
topic payment-done partitions=3
producer payments
wire payments payment-done
${[1, 2, 3].map((number) => `consumer notify-${number} group=notification-group topics=payment-done`).join('\n')}
settle
send payments rate=5/s keys=user1..user9
wait 5m
crash notify-2
wait 285s
settle`;

function median(values) {
  return quantile(values, 0.5);
}

function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function say(what, figure, wanted) {
  console.log(`${what.padEnd(58)} ${figure.padEnd(30)} wanted: ${wanted}`);
}

const seconds = (value) => `${(value / 1000).toFixed(0)} s`;
const ms = (value) => `${value.toFixed(1)} ms`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * What a browser that takes brotli is sent at the first visit: until the stage is drawn and takes commands, and in all,
 * with the parts of the program that are loaded once a hand moves.
 */
async function firstLoad(server) {
  const browser = await launch();
  const { page } = await open({ server, browser });
  const bytes = (await sent(page)).reduce((sum, [, size]) => sum + size, 0);
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.br'));
  const all = names.reduce((sum, name) => sum + statSync(join(FOLDER, name)).size, 0);
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
  say('first load, in brotli', kilobytes(bytes), 'under 700 kB');
  say('everything, in brotli', kilobytes(all), 'no more than needed');
  await browser.close();
}

/** From the navigation to a stage that is drawn and takes commands, each time in a browser that has just been started. */
async function coldStart(server) {
  const times = [];
  for (let load = 0; load < LOADS_COUNT; load += 1) {
    const browser = await launch();
    const { page } = await open({ server, browser }, { isWatched: true });
    times.push(await page.evaluate(() => globalThis.watched.usableAfterMs));
    await browser.close();
  }
  say(`usable after, cold browser, median of ${LOADS_COUNT}`, ms(median(times)), 'under 1500 ms');
}

/** What scripting, styles and layout take of each picture, from the browser's own trace. */
async function pictures(server) {
  const browser = await launch();
  const { page } = await open({ server, browser });
  await begin(page, BUSY);
  await page.evaluate(() => globalThis.runnel.play());
  const flights = [];
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  for (let second = 0; second < PICTURES_SECONDS; second += 1) {
    await page.waitForTimeout(1000);
    flights.push(Object.keys((await scene(page)).seen.parcels).length);
  }
  const trace = JSON.parse(await browser.stopTracing());
  const costs = picturesOf(trace.traceEvents);
  const what = `${costs.length} pictures, ${median(flights)} parcels in flight`;
  say(`scripting and layout of a picture, median (${what})`, ms(median(costs)), 'under 8 ms');
  say('the same, 95th percentile', ms(quantile(costs, 0.95)), 'under 16 ms');
  await browser.close();
}

/**
 * Milliseconds of scripting, styles and layout between one call for a picture and the next: time of the thread, so that
 * what else the machine does is left out.
 */
function picturesOf(events) {
  const thread = events.find((event) => event.name === 'FireAnimationFrame')?.tid;
  const costly = new Set(['FireAnimationFrame', 'UpdateLayoutTree', 'Layout', 'PrePaint']);
  const relevant = events
    .filter((event) => event.tid === thread && event.ph === 'X' && costly.has(event.name))
    .sort((one, other) => one.ts - other.ts);
  const costs = [];
  let scriptEnd = 0;
  for (const event of relevant) {
    if (event.name === 'FireAnimationFrame') {
      costs.push(0);
      scriptEnd = event.ts + event.dur;
    } else if (event.ts < scriptEnd) {
      // A layout that the script itself asked for is in the script's time already.
      continue;
    }
    if (costs.length > 0) costs[costs.length - 1] += (event.tdur ?? event.dur) / 1000;
  }
  return costs.slice(1);
}

/** To any place of a ten-minute run: until the picture of that place is there. */
async function scrub(server) {
  const browser = await launch();
  const { page } = await open({ server, browser });
  await begin(page, TEN_MINUTES);
  const times = await page.evaluate(async (count) => {
    const times = [];
    for (let place = 0; place < count; place += 1) {
      const target = ((place * 7919) % 1000) * 600;
      const started = performance.now();
      globalThis.runnel.seek(target);
      await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
      times.push(performance.now() - started);
    }
    return times;
  }, PLACES_COUNT);
  say(`scrub to ${PLACES_COUNT} places of ten minutes, median`, ms(median(times)), 'under 100 ms');
  say('the same, slowest', ms(Math.max(...times)), 'under 100 ms');
  await browser.close();
}

/** Memory of the world and of the page while an hour is played at a hundred times its speed. */
async function memory(server) {
  const browser = await launch();
  const { page } = await open({ server, browser }, { isWatched: true });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('100');
  const looks = [];
  const started = Date.now();
  for (let look = 1; look <= 6; look += 1) {
    const minute = (look * MINUTES_COUNT) / 6;
    const left = DEADLINE_MS - (Date.now() - started);
    await page.waitForFunction((minute) => globalThis.runnel.now() >= minute * 60_000, minute, { timeout: left });
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
    const world = await page.evaluate(() => globalThis.watched.exports.memory.buffer.byteLength);
    looks.push(`${minute} min ${megabytes(world)} + ${megabytes(heap)}`);
  }
  say(`memory of WebAssembly + JavaScript, ${MINUTES_COUNT} minutes played in`, seconds(Date.now() - started), 'flat');
  console.log(`  ${looks.join(', ')}`);
  await browser.close();
}

const server = await serve();
await firstLoad(server);
await coldStart(server);
await pictures(server);
await scrub(server);
await memory(server);
await server.close();
