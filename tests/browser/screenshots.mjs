// Pictures of the page in the situations that it must be beautiful in, wide and narrow, light and dark:
//
//     node screenshots.mjs FOLDER [PART OF A NAME]
//
// They are made for people to look at and no test compares them. RUNNEL_PAGE says where the page lies, as for the tests.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { begin, middle, open, run, site, still } from './page.mjs';

const [folder, part = ''] = process.argv.slice(2);
if (folder === undefined) {
  console.error('wanted: node screenshots.mjs FOLDER [PART OF A NAME]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const SIZES = {
  wide: { viewport: { width: 1440, height: 900 } },
  narrow: { viewport: { width: 390, height: 844 }, hasTouch: true },
};
const THEMES = ['light', 'dark'];

const PAYMENTS = `topic payment-done partitions=3
producer checkout
latency checkout brokers 150ms
wire checkout payment-done
consumer anna group=billing topics=payment-done processing=400ms
consumer bob group=billing topics=payment-done processing=400ms
consumer carl group=billing topics=payment-done processing=400ms
wait 8s
send checkout rate=3/s keys=user1..user9
wait 6s`;

const THREE_BROKERS = `broker 2
broker 3
topic orders partitions=6
topic invoices partitions=6
topic shipments partitions=6
topic clicks partitions=6
producer shop kind=java acks=all
producer desk
producer kiosk
producer portal
latency shop brokers 300ms
latency kiosk brokers 300ms
latency desk brokers 300ms
latency portal brokers 300ms
wire shop orders
wire desk invoices
wire kiosk shipments
wire portal clicks
consumer anna group=billing topics=orders
consumer bob group=billing topics=orders
consumer carl group=billing topics=orders
consumer dora group=billing topics=orders
consumer emil group=mailing topics=invoices,shipments
consumer fay group=mailing topics=invoices,shipments
consumer gus group=mailing topics=invoices,shipments
consumer hana group=search topics=clicks
settle
send shop rate=8/s keys=user1..user9
send desk rate=5/s keys=user1..user9
send kiosk rate=4/s keys=user1..user9
send portal rate=8/s keys=user1..user9
wait 10s`;

/** Selects something on the stage as a visitor does. */
async function select(page, node) {
  const place = await middle(page, node);
  await page.mouse.click(place.x, place.y);
  await still(page);
}

/** Clicks the first thing that a selector finds, if there is one. */
async function press(page, selector) {
  await page.locator(selector).first().click();
  await still(page);
}

/** What is done before each picture, by its name. */
const SITUATIONS = {
  nothing: (page) => begin(page),
  start: async (page) => {
    await page.waitForTimeout(1500);
    await page.evaluate(() => globalThis.runnel.pause());
  },
  'payment-app': (page) => begin(page, PAYMENTS),
  idle: (page) => begin(page, `${PAYMENTS}\nconsumer dora group=billing topics=payment-done\nwait 8s`),
  'three-brokers': (page) => begin(page, THREE_BROKERS),
  rebalance: (page) =>
    begin(page, `${PAYMENTS}\nlatency anna brokers 900ms\nconsumer dora group=billing topics=payment-done\nwait 3500ms`),
  'broker-down': (page) => begin(page, `${THREE_BROKERS}\nkill broker 2\nwait 4s`),
  crashed: (page) => begin(page, `${PAYMENTS}\ncrash anna\ncrash carl\nwait 4s`),
  'packet-opened': async (page) => {
    await begin(page, PAYMENTS);
    await select(page, 'client:checkout');
    await press(page, '.page-inspector .lead:has-text("connection")');
    await run(page, 'wait 3s');
    await press(page, '.packet-row:has-text("Produce")');
  },
  fork: async (page) => {
    await begin(page, PAYMENTS);
    const now = await page.evaluate(() => globalThis.runnel.now());
    await page.evaluate((to) => globalThis.runnel.seek(to), now - 3000);
    await run(page, 'crash bob\nwait 3s');
    await page.locator('.stage.beside').waitFor();
  },
  'why-here': async (page) => {
    await begin(page, PAYMENTS);
    const lane = page.locator('.stage [data-node="lane:payment-done-0"] .cell[data-offset="1"]');
    const box = await lane.boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  },
  partition: async (page) => {
    await begin(page, PAYMENTS);
    await page.mouse.click(...Object.values(await laneHead(page, 'lane:payment-done-1')));
    await press(page, '.segment .lead');
  },
  charts: async (page) => {
    await begin(page, PAYMENTS);
    await press(page, '.tab:has-text("Charts")');
  },
};

/** A place in a lane where no record lies. */
async function laneHead(page, node) {
  const box = await page.locator(`.stage [data-node="${node}"]`).first().boundingBox();
  return { x: box.x + box.width / 2, y: box.y + 6 };
}

const here = site();

for (const [name, act] of Object.entries(SITUATIONS)) {
  if (!name.includes(part)) continue;
  for (const [size, settings] of Object.entries(SIZES)) {
    test(`${name}, ${size}`, async () => {
      const { page, profile } = await open(here, settings);
      await act(page);
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        await still(page);
        await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) });
      }
      await profile.close();
    });
  }
}
