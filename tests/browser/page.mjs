// The page in a headless Chromium, from a plain static server under a path of its own.

import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

/** Where the page lies: `cargo xtask test` says it. */
export const FOLDER = process.env.RUNNEL_PAGE ?? new URL('../../target/site', import.meta.url).pathname;
/** Pages may lie anywhere on a host, so this one lies deep. */
const PATH = '/some/where/deep/';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** What of the page comes later than its beginning. */
export const LATER = /\/(rest|split_\w+|chunk_\w+)-\w+\.wasm$/;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
];

/** A static server that knows nothing but files; like a good host it sends what is compressed already. */
export async function serve() {
  const asked = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url.split('?')[0]);
    asked.push(path);
    const name = path === PATH ? 'index.html' : path.startsWith(PATH) ? normalize(path.slice(PATH.length)) : '';
    const file = join(FOLDER, name);
    if (name === '' || name.startsWith('..') || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const headers = { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' };
    const isPacked = (request.headers['accept-encoding'] ?? '').includes('br') && existsSync(`${file}.br`);
    response.writeHead(200, isPacked ? { ...headers, 'content-encoding': 'br' } : headers);
    response.end(readFileSync(isPacked ? `${file}.br` : file));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const address = `http://127.0.0.1:${server.address().port}${PATH}`;
  return { address, asked, close: () => new Promise((closed) => server.close(closed)) };
}

/** A browser that has just been started. */
export function launch() {
  const executablePath = process.env.RUNNEL_CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Notes when the page can be used, and lets one look at what its WebAssembly exports; runs before the page does. */
export function watch() {
  globalThis.watched = {};
  const instantiate = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (...given) => {
    const made = await instantiate.apply(WebAssembly, given);
    globalThis.watched.exports ??= made.instance.exports;
    return made;
  };
  const look = () => {
    if (document.querySelector('.stage [data-node]') !== null) {
      globalThis.watched.usableAfterMs = performance.now();
    } else {
      requestAnimationFrame(look);
    }
  };
  requestAnimationFrame(look);
}

/** A server and a browser for the tests of one file; they are there while the tests run. */
export function site() {
  const site = {};
  before(async () => {
    site.server = await serve();
    site.browser = await launch();
  });
  after(async () => {
    await site.browser?.close();
    await site.server?.close();
  });
  return site;
}

/**
 * Opens the page and waits until it can be used. What it writes to the console as an error, and what it asks of other
 * hosts, is in `faults`. A fresh profile, unless one is given as `context`; `isWatched` as `watch` says.
 */
export async function open({ server, browser }, { context, address = server.address, isWatched, ...settings } = {}) {
  const profile = context ?? (await browser.newContext({ viewport: { width: 1440, height: 900 }, ...settings }));
  const page = await profile.newPage();
  if (isWatched) await page.addInitScript(watch);
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error}`));
  const origin = new URL(address).origin;
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith('blob:')) faults.push(`asked for ${url}`);
  });
  await page.goto(address);
  await ready(page);
  return { page, profile, faults };
}

/** Waits until the page can be used. */
export async function ready(page) {
  await page.waitForFunction(() => globalThis.runnel !== undefined && document.querySelector('.stage svg') !== null);
}

/** What the page was sent so far, as name and bytes, packed as they came. */
export function sent(page) {
  return page.evaluate(() => {
    const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return entries.filter((entry) => entry.responseEnd > 0).map(({ name, encodedBodySize }) => [name, encodedBodySize]);
  });
}

/** Runs commands in the page. */
export function run(page, text) {
  return page.evaluate((text) => globalThis.runnel.run(text), text);
}

/** What is on the stage. */
export function scene(page) {
  return page.evaluate(() => globalThis.runnel.scene());
}

/** An empty world whose clock stands still. */
export async function begin(page, script) {
  await page.evaluate(() => globalThis.runnel.pause());
  await run(page, 'clear producers\nclear consumers\nsettle\nclear groups\nclear topics');
  if (script !== undefined) await run(page, script);
  // Boxes move to their places; the next gesture wants them there.
  await still(page);
}

/** Waits until nothing on the stage moves any more. */
export async function still(page) {
  await page.evaluate(async () => {
    const picture = () => new Promise((next) => requestAnimationFrame(next));
    await picture();
    await picture();
    const moving = document.querySelector('.stage').getAnimations({ subtree: true });
    await Promise.allSettled(moving.map((animation) => animation.finished));
    await picture();
  });
}

/** The middle of something on the stage, in pixels of the window. */
export async function middle(page, node) {
  const box = await page.locator(`.stage [data-node="${node}"]`).first().boundingBox();
  if (box === null) throw new Error(`${node} does not stand on the stage`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A place of the stage where nothing is. */
export async function nowhere(page) {
  const box = await page.locator('.stage svg.surface').first().boundingBox();
  return { x: box.x + 40, y: box.y + box.height - 90 };
}

/** Drags by mouse, in steps as a hand does. */
export async function drag(page, from, to) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  await still(page);
}

/** The middle of a piece of the palette. */
export async function piece(page, name) {
  const box = await page.locator(`.palette .piece.${name}`).boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Drags by touch. */
export async function swipe(page, from, to) {
  const session = await page.context().newCDPSession(page);
  const points = [0, 0.3, 0.6, 0.9, 1].map((share) => ({
    x: from.x + (to.x - from.x) * share,
    y: from.y + (to.y - from.y) * share,
  }));
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [points[0]] });
  for (const point of points.slice(1)) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [point] });
  }
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await session.detach();
  await still(page);
}

/** Who owns which partitions of a topic in a group: name of the member to numbers. */
export function owners(scene, group, topic) {
  const owned = {};
  for (const member of Object.values(scene.cluster.groups[group]?.members ?? {})) {
    owned[member.client_id] = member.assignment[topic] ?? [];
  }
  return owned;
}
